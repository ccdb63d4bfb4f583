"""What an action is."""

from dataclasses import dataclass

STAGES = ("data", "define", "compile", "fit", "evaluate", "predict")
STAGE_TITLES = {stage: stage.capitalize() for stage in STAGES}
STAGE_ICONS = {
    "data": "table-2", "define": "blocks", "compile": "braces", "fit": "activity", "evaluate": "target",
    "predict": "wand-sparkles",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Action:
    """One thing a person can do.

    Args:
        id: "file.save", "edit.undo", "define.add": the part before the dot is the menu or the stage it belongs to.
        title: verb first: "Start fit".
        icon: a Lucide name, or "".
        keys: shortcuts as Qt writes them; the first one is shown.
        tip: one sentence on what it does.
        stage: the stage whose page must be on screen for its keys to work; "" is everywhere.
        words: further words that find it in the command search.
        place: "canvas" when the canvas reads the keys itself while the keyboard is on it.
        listed: whether the command search shows it; steps of the keyboard on the canvas are not worth a line there.
    """

    id: str
    title: str
    icon: str = ""
    keys: tuple[str, ...] = ()
    tip: str = ""
    stage: str = ""
    words: tuple[str, ...] = ()
    place: str = ""
    listed: bool = True

    @property
    def owner(self) -> str:
        """The stage whose page does it, or ""."""
        prefix = self.id.partition(".")[0]
        return prefix if prefix in STAGES else self.stage
