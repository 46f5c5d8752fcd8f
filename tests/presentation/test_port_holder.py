from __future__ import annotations

import pytest

from picoclaw_tray.presentation.port_holder import PortHolder, port_taken
from tests.presentation.samples import said

BINARY = "/usr/bin/picoclaw"


@pytest.mark.parametrize(
    ("holder", "words"),
    [
        (PortHolder(), "Another program uses port 18790."),
        (PortHolder(12), "Another program (PID 12) uses port 18790."),
        (PortHolder(12, "nc", binary="/usr/bin/nc"), "nc (PID 12) uses port 18790."),
        (
            PortHolder(12, "docker-proxy", answers_like_one=True),
            (
                "docker-proxy (PID 12) uses port 18790 and answers as a PicoClaw gateway does; its"
                " home cannot be told."
            ),
        ),
        (
            PortHolder(gateway=True),
            "A PicoClaw gateway uses port 18790; its home cannot be told.",
        ),
        (
            PortHolder(12, "picoclaw", gateway=True),
            "A PicoClaw gateway (PID 12) uses port 18790; its home cannot be told.",
        ),
        (
            PortHolder(12, "picoclaw", gateway=True, binary=BINARY),
            (
                "A PicoClaw gateway (PID 12, /usr/bin/picoclaw) uses port 18790; its home cannot be"
                " told."
            ),
        ),
        (
            PortHolder(12, "picoclaw", True, "/x", BINARY, "0.2.9"),
            (
                "The PicoClaw gateway of the home /x (PID 12, /usr/bin/picoclaw, version 0.2.9)"
                " uses port 18790."
            ),
        ),
        (
            PortHolder(12, "picoclaw", True, "/x", version="0.2.9"),
            "The PicoClaw gateway of the home /x (PID 12, version 0.2.9) uses port 18790.",
        ),
        (
            PortHolder(12, "picoclaw", True, "/h", BINARY),
            (
                "The PicoClaw gateway of this home (PID 12, /usr/bin/picoclaw) uses port 18790"
                " already."
            ),
        ),
    ],
)
def test_taken_port_names_its_holder_as_far_as_it_is_known(holder, words):
    assert said(port_taken(18790, holder, this_home="/h")) == words
