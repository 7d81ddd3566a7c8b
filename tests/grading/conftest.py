"""One grader for all tests that judge submissions: to start it takes longer than to judge many."""

import needs
import pytest
from ai4mat_grading.grader import Grader
from ai4mat_grading.records import MIB, Limits
from hypothesis import HealthCheck, settings

LIMITS = Limits(
    cell=120, total=600, cpu=120, memory=768 * MIB, disk=32 * MIB, answer=32 * MIB, output=20_000
)

# The same examples in every run, however slow the machine is.
settings.register_profile(
    "same",
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("same")


@pytest.fixture(scope="session")
def grader(tmp_path_factory):
    """Grades submissions in the sandbox; a test may replace its `limits` for a while."""
    needs.sandbox()
    with Grader(LIMITS, folder=tmp_path_factory.mktemp("grader")) as one:
        yield one
