"""What Chenzhou's text tells of single messages: when each came is made up, and so is its course, which the text does not tell."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

Track = Literal["special", "timely", "coordinated", "high"]


ASK_HUNAN, VOICES, LEADERS = "问政湖南", "百姓呼声", "领导留言板"
"""The columns."""


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """A message of which the text tells; ``scene`` names those that the story shows."""

    at: datetime
    track: Track
    subject: str
    body: str
    place: str
    unit: str
    reply: str
    assisting: tuple[str, ...] = ()
    board: str = ASK_HUNAN
    scene: str = ""


def moment(month: int, day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    """Return a moment of 2023 as clocks in Chenzhou show it."""
    return datetime(2023, month, day, hour, minute, second)  # noqa: DTZ001 - local time; the stage puts the zone to it


KNOWN = (
    Known(
        at=moment(1, 10, 9, 24, 51),
        track="high",
        subject="北湖区中梁首府拖欠农民工工资",
        body="我们二十多个农民工在中梁首府做水电，工程款说是结了，工资一直拖欠，眼看就要过年了。",
        place="北湖区中梁首府",
        unit="人社局",
        assisting=("北湖区", "住建局"),
        reply="您好！经市人社局会同北湖区、市住建局逐人核对，已督促有关企业从工资专用账户支付，工资发放到本人，请您核对。",
        scene="wages",
    ),
    Known(
        at=moment(2, 20, 16, 3, 12),
        track="timely",
        subject="湖南建工集团三公司拖欠工人工资",
        body="在项目上做工，湖南建工集团三公司拖欠工人工资，问了几次都说等通知。",
        place="苏仙区",
        unit="人社局",
        board=VOICES,
        reply="您好！劳动监察支队已约谈有关项目负责人，核对考勤后确认所欠数额，工资已支付，请您核对。",
    ),
    Known(
        at=moment(3, 14, 7, 52, 40),
        track="special",
        subject="郴州大道路面改造无警示标志致骑行路人摔伤",
        body="早上骑车经过郴州大道，路面改造挖开一段，没有警示标志，人摔伤了，请赶紧处理。",
        place="北湖区郴州大道",
        unit="住建局",
        reply="您好！接到留言后我局当日到郴州大道现场，责令施工单位增设警示标志和夜间警示灯，并联系您协商医药费用。",
        scene="road",
    ),
    Known(
        at=moment(3, 21, 10, 47, 5),
        track="high",
        subject="桂阳县舂陵江镇塔水村违规建设垃圾池",
        body="塔水村在离住户和水井很近的地方违规建设垃圾池，村民意见很大。",
        place="桂阳县舂陵江镇塔水村",
        unit="桂阳县",
        assisting=("生态环境局",),
        reply="您好！经桂阳县会同市生态环境局现场核实，该垃圾池已停止使用并另行选址，原址清理消毒。",
    ),
    Known(
        at=moment(4, 11, 20, 15, 33),
        track="timely",
        subject="要求郴州市车管所恢复原准驾车型",
        body="我的驾驶证换证后准驾车型变了，要求郴州市车管所恢复原准驾车型。",
        place="",
        unit="车管所",
        board=VOICES,
        reply="您好！经调取档案核对，您的情况符合恢复条件，请携带身份证到车管所窗口办理，工作人员已与您电话联系。",
    ),
    Known(
        at=moment(4, 18, 11, 8, 27),
        track="high",
        subject="嘉禾县坦坪镇新谢家村养殖户非法排污",
        body="新谢家村有养殖户非法排污，污水流到田里，气味很大，请查处。",
        place="嘉禾县坦坪镇新谢家村",
        unit="嘉禾县",
        assisting=("生态环境局", "农业农村局"),
        reply="您好！嘉禾县会同市生态环境局、市农业农村局现场检查，责令养殖户停止排放、完善粪污处理设施，并对沟渠清淤。",
    ),
    Known(
        at=moment(5, 8, 10, 12, 19),
        track="coordinated",
        subject="苏仙区奥园华府未接正式用电",
        body="奥园华府交房以后一直是临时用电，未接正式用电，电压不稳，反映过多次。",
        place="苏仙区奥园华府",
        unit="国网郴州供电公司",
        assisting=("苏仙区", "住建局"),
        reply="您好！5月28日我公司已完成奥园华府电表入户工作，物业也全力保障小区正常水电供应，请放心使用。",
        scene="meters",
    ),
    Known(
        at=moment(6, 7, 8, 31, 46),
        track="special",
        subject="小区惠民改造挡住了回家的路",
        body="改造是惠民的项目，可是围挡把单元门口堵住了，老人进出要绕一大圈，请协调一下。",
        place="北湖区燕泉小区",
        unit="住建局",
        reply="您好！我局当日与您和施工单位现场商定，围挡后移一米，单元门口留出通道，改造工期已张贴公示。",
        scene="thanks",
    ),
)
VOICED = (
    (moment(5, 10, 19, 40, 2), VOICES, "奥园华府什么时候能接正式用电"),
    (moment(5, 12, 9, 5, 58), LEADERS, "苏仙区奥园华府小区正式用电问题"),
)
"""The same matter, from further citizens (网民多次反映)."""

THANKS = (
    "我是当事人，作为郴州市民，我对此类惠及市民的民生项目表示理解和支持。留言当天有关部门已同我沟通协调处理好，"
    "感谢各位政府领导的关心！"
)
"""The text's own first words."""
FOUND = "暗访：小区仍为临时用电，配电房已建成，电表未入户；物业未张贴停送电告示。"
