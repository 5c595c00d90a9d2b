"""The clock: shared by the processes of a machine, steady over a step, right in the end."""

import time

import pytest

from runtime import clock
from runtime.clock import BELIEVED_AFTER, SteadyClock
from runtime.services import Services


class Machine:
    """A machine's clocks, as a test sets them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.wall, self.up = 1_800_000_000.0, 5_000.0
        monkeypatch.setattr(clock, "since_start", lambda: self.up)
        monkeypatch.setattr(time, "time", lambda: self.wall)

    def pass_by(self, seconds: float) -> None:
        self.wall += seconds
        self.up += seconds


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(monkeypatch)


@pytest.mark.parametrize("step", [3600.0, -600.0])
async def test_a_step_is_followed_only_when_it_lasts(
    services: Services, machine: Machine, step: float
) -> None:
    one = SteadyClock()
    await one.keep(services.redis)
    assert one() == machine.wall
    machine.wall += step
    for _ in range(10):
        machine.pass_by(60)
        await one.keep(services.redis)
        assert one() == pytest.approx(machine.wall - step)
    fresh = SteadyClock()
    assert fresh() == machine.wall, "it has learned nothing yet"
    fresh.learn(await services.redis.get(fresh.key))
    assert fresh() == one()
    machine.pass_by(BELIEVED_AFTER)
    await one.keep(services.redis)
    assert one() == pytest.approx(machine.wall)


async def test_a_step_that_is_taken_back_was_none(services: Services, machine: Machine) -> None:
    one = SteadyClock()
    await one.keep(services.redis)
    machine.wall += 3600
    machine.pass_by(800)
    await one.keep(services.redis)
    machine.wall -= 3600
    await one.keep(services.redis)
    machine.wall += 3600
    machine.pass_by(800)
    await one.keep(services.redis)
    assert one() == pytest.approx(machine.wall - 3600)


async def test_small_corrections_are_followed_at_once(services: Services, machine: Machine) -> None:
    one = SteadyClock()
    await one.keep(services.redis)
    machine.wall += 0.7
    await one.keep(services.redis)
    assert one() == pytest.approx(machine.wall)


async def test_every_session_that_is_loaded_brings_the_shared_time(
    services: Services, machine: Machine
) -> None:
    await services.redis.set(services.steady.key, "1000.5|")
    await services.sessions.load("v")
    assert services.now() == machine.up + 1000.5
