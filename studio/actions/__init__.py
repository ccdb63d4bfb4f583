"""Actions: everything a menu, a key or the command search can do, as one table. Handlers are bound in `studio.app`."""

from studio.actions.bound import Actions, Handler
from studio.actions.canvas import CANVAS
from studio.actions.live import key_of, live, naming, tell_keys, with_key
from studio.actions.record import STAGE_ICONS, STAGE_TITLES, STAGES, Action
from studio.actions.table import ACTIONS, OF_A_PROJECT, RECENT

__all__ = [
    "ACTIONS",
    "CANVAS",
    "OF_A_PROJECT",
    "RECENT",
    "STAGES",
    "STAGE_ICONS",
    "STAGE_TITLES",
    "Action",
    "Actions",
    "Handler",
    "key_of",
    "live",
    "naming",
    "tell_keys",
    "with_key",
]
