"""How each command is carried out: a handler checks what the command says and adds the events that follow.

One module for each part of a case's life; `engine` has the table of them all. A handler changes nothing but its draft.
"""
