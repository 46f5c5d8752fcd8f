from __future__ import annotations

import pytest

from picoclaw_tray.gateway.signal_names import signal_name


@pytest.mark.parametrize(("number", "name"), [(15, "SIGTERM"), (9, "SIGKILL"), (31, "31")])
def test_signal_has_the_name_that_all_systems_share_or_its_number(number, name):
    assert signal_name(number) == name
