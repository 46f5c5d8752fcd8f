"""The boxes that choose which lines of the log are shown: level, component and run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QWidget

from picoclaw_tray.desktop.choice_box import Choice, ChoiceBox
from picoclaw_tray.logs.entry import Level

if TYPE_CHECKING:
    from collections.abc import Sequence

_SPACING: Final = 4
_LETTERS: Final = (7, 11, 6)


@dataclass(frozen=True, slots=True)
class RunChoice:
    """A run that can be shown.

    Attributes:
        name: Its number, or what else there is to call it by.
        began: When, in words; may be empty.
        key: Its number if its lines are in memory, else whatever the window opens it by.
        is_on_disk: It is read from a file of ours.
    """

    name: str
    key: object
    is_on_disk: bool = False
    began: str = ""

    @property
    def label(self) -> str:
        """Both, as far as they are known."""
        return f"{self.name} · {self.began}" if self.began else self.name


class LogScope(QWidget):
    """Three boxes in a row.

    Signals:
        changed(): One of them is set otherwise.
        run_chosen(object): It was the run, after ``changed``: its key; none: all in memory.
        runs_wished(): Likewise a run; ``set_runs`` is due.
        components_wished(): The person is about to choose one; ``set_components`` is due.
    """

    changed = Signal()
    run_chosen = Signal(object)
    components_wished = Signal()
    runs_wished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._runs: tuple[RunChoice, ...] = ()
        self._components: tuple[str, ...] = ()
        self._boxes = [ChoiceBox(letters) for letters in _LETTERS]
        self._level, self._component, self._run = self._boxes
        self._set_up_choices()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(_SPACING)
        for box in self._boxes:
            row.addWidget(box)
            box.chosen.connect(self._on_chosen)
        self._run.chosen.connect(self.run_chosen)
        self._component.opening.connect(self.components_wished)
        self._run.opening.connect(self.runs_wished)

    @property
    def level(self) -> Level | None:
        """At least this one; none: all."""
        level = self._level.value
        return level if isinstance(level, Level) else None

    @property
    def component(self) -> str:
        """Only this one; empty: all."""
        return str(self._component.value or "")

    @property
    def run_in_memory(self) -> int | None:
        """Only this one; none: all, or one on disk."""
        key = self._run.value
        on_disk = any(run.key == key and run.is_on_disk for run in self._runs)
        return key if isinstance(key, int) and not on_disk else None

    def choose(self, level: Level | None, component: str) -> None:
        """Chooses as a person would; also a component that is not offered."""
        self._offer_components(component)
        self._component.choose(component)
        self._level.choose(level)

    def choose_run(self, key: object) -> None:
        """Chooses a run that is offered; none: all in memory."""
        self._run.choose(key)

    def show_all_runs(self) -> None:
        """Filters by no run; one on disk is no filter."""
        if self.run_in_memory is not None:
            self._run.choose(None)

    def set_components(self, names: Sequence[str]) -> None:
        """Offers these, and the chosen one."""
        self._components = tuple(names)
        self._offer_components(self.component)

    def set_runs(self, runs: tuple[RunChoice, ...]) -> None:
        """Offers these; if the chosen one is gone, all are chosen, and that is told."""
        self._runs = runs
        kept = [_choice(run) for run in runs if not run.is_on_disk]
        past = [_choice(run) for run in runs if run.is_on_disk]
        heading = [Choice(self.tr("On disk"), is_heading=True)] if past else []
        self._run.set_choices([Choice(self.tr("All runs")), *kept, *heading, *past])

    def _offer_components(self, chosen: str) -> None:
        names = sorted({*self._components, *((chosen,) if chosen else ())})
        every = Choice(self.tr("All components"), "")
        self._component.set_choices([every, *(Choice(name, name) for name in names)])

    @Slot(object)
    def _on_chosen(self, _value: object) -> None:
        self.changed.emit()

    def _set_up_choices(self) -> None:
        levels = {
            self.tr("All levels"): None,
            self.tr("Debug+"): Level.DEBUG,
            self.tr("Info+"): Level.INFO,
            self.tr("Warnings+"): Level.WARN,
            self.tr("Errors+"): Level.ERROR,
        }
        self._level.setAccessibleName(self.tr("At least this level"))
        self._component.setAccessibleName(self.tr("Component"))
        self._run.setAccessibleName(self.tr("Run"))
        self._level.set_choices([Choice(label, level) for label, level in levels.items()])
        self.set_components(())
        self.set_runs(())


def _choice(run: RunChoice) -> Choice:
    """Closed, the box has no room for the moment."""
    return Choice(run.label, run.key, in_box=run.name)
