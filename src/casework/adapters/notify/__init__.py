"""Channels that notices are sent by: each is a `Notifier` and raises `DeliveryFailed` when the channel did not take a notice."""

from .log import LogNotifier

__all__ = ["LogNotifier"]
