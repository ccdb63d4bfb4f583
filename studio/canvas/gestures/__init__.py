"""Gestures: objects that begin with a press, follow the pointer and end as one edit or as nothing."""

from studio.canvas.gestures.band import Band
from studio.canvas.gestures.connect import Connect
from studio.canvas.gestures.gesture import Gesture
from studio.canvas.gestures.move import Move
from studio.canvas.gestures.note import DrawNote, Resize
from studio.canvas.gestures.pan import Pan
from studio.canvas.gestures.place import Place
from studio.canvas.gestures.wire import Draw

__all__ = ["Band", "Connect", "Draw", "DrawNote", "Gesture", "Move", "Pan", "Place", "Resize"]
