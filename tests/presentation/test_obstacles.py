from __future__ import annotations

import pytest

from picoclaw_tray.lifecycle.state import Failure, Place
from picoclaw_tray.presentation import obstacles
from picoclaw_tray.presentation.situation import Outlook
from tests.presentation.samples import FAILURE, REASON, said


def test_taken_port_comes_with_its_next_step():
    assert said(obstacles.port_next_step()) == (
        "Stop that program, or set another gateway.port in PicoClaw's configuration."
    )


@pytest.mark.parametrize(
    ("sentences", "reason", "next_step"),
    [
        (
            obstacles.no_binary(),
            "The PicoClaw program was not found.",
            "Install PicoClaw, or name its program in the environment variable PICOCLAW_BINARY.",
        ),
        (
            obstacles.binary_not_there("/opt/claw"),
            "The gateway program /opt/claw does not exist.",
            "Name PicoClaw's own program, in the settings or in PICOCLAW_BINARY.",
        ),
        (
            obstacles.binary_not_a_file("/opt"),
            "The gateway program /opt is not a file.",
            "Name PicoClaw's own program, in the settings or in PICOCLAW_BINARY.",
        ),
        (
            obstacles.binary_not_executable("/opt/claw"),
            "The gateway program /opt/claw is not executable.",
            "Name PicoClaw's own program, in the settings or in PICOCLAW_BINARY.",
        ),
        (
            obstacles.binary_empty("/opt/claw"),
            "The gateway program /opt/claw is empty.",
            "Install PicoClaw anew, or name another program in the settings.",
        ),
        (
            obstacles.binary_no_program("/opt/claw"),
            "/opt/claw is not a program, although it is marked as executable.",
            "Name PicoClaw's own program, in the settings or in PICOCLAW_BINARY.",
        ),
        (
            obstacles.binary_for_another_computer("/opt/claw", "Linux arm64", "Linux x86_64"),
            (
                "The gateway program /opt/claw is made for another kind of computer: Linux arm64."
                " This one is Linux x86_64."
            ),
            "Install the PicoClaw that is made for Linux x86_64.",
        ),
        (
            obstacles.binary_without_interpreter("/opt/claw", "/bin/zsh"),
            "The gateway program /opt/claw is a script for /bin/zsh, which does not exist.",
            "Name PicoClaw's own program, in the settings or in PICOCLAW_BINARY.",
        ),
        (
            obstacles.binary_cannot_run("/opt/claw", "Permission denied."),
            "The gateway program /opt/claw cannot be run. The system says: Permission denied.",
            "Install PicoClaw anew, or name another program in the settings.",
        ),
        (
            obstacles.home_in_the_way("/h", "/h/claw"),
            "/h is not a folder. PicoClaw needs one for its home /h/claw.",
            "Change that, or name another home; then the gateway can start.",
        ),
        (
            obstacles.home_read_only("/h", "/h/claw"),
            "You may not write in /h. PicoClaw has to: it keeps its files in /h/claw.",
            "Change that, or name another home; then the gateway can start.",
        ),
        (
            obstacles.pid_file_in_the_way("/h/.picoclaw.pid"),
            (
                "/h/.picoclaw.pid is a folder, a pipe or a device. PicoClaw needs that name for its"
                " PID file."
            ),
            "Remove it, then the gateway can start.",
        ),
        (
            obstacles.still_there((12,)),
            "A gateway of this home is still there (PID 12) and does not answer.",
            "Wait until it ends, or stop it yourself.",
        ),
        (
            obstacles.still_there((12, 13)),
            "A gateway of this home is still there (PID 12, 13) and does not answer.",
            "Wait until it ends, or stop it yourself.",
        ),
    ],
)
def test_obstacle_comes_with_its_next_step(sentences, reason, next_step):
    assert tuple(map(said, sentences)) == (reason, next_step)


def test_missing_configuration_names_where_it_was_looked_for():
    reason, next_step = obstacles.no_config("/h/config.json", "picoclaw onboard")

    assert said(reason).startswith("There is no configuration at /h/config.json.")
    assert "picoclaw onboard" in said(next_step)


def test_configuration_file_is_named():
    assert said(obstacles.config_file(Place("/h/config.json"))) == "The file is /h/config.json."


def test_start_is_obstructed_by_who_has_the_port():
    objection = obstacles.obstructed(Outlook("0.2.9"), REASON).objection

    assert objection == Failure("port_taken", REASON, next_step=obstacles.port_next_step())


@pytest.mark.parametrize(
    ("outlook", "owner"), [(Outlook(), None), (Outlook(objection=FAILURE), REASON)]
)
def test_start_is_not_obstructed_by_nobody_nor_twice(outlook, owner):
    assert obstacles.obstructed(outlook, owner) == outlook
