"""Decisions that rest on words which are removed for good stand all the same."""

from collections.abc import Iterator
from contextlib import contextmanager

from accelerator.models import Enrolment
from calibration.desk.queries.inputs import decisions_of, input_hashes, submitted_ratings
from calibration.models import Calibration, Decision


@contextmanager
def decisions_stand(enrolment: Enrolment) -> Iterator[None]:
    """Around a removal of words: what was not stale before is not stale after.

    Nothing that was judged has changed, so no moderator need look again.
    """
    of_enrolment = Calibration.objects.filter(assessment__enrolment=enrolment)
    open_ones = list(of_enrolment.exclude(state=Calibration.State.RELEASED))
    standing = {one.pk: _standing(one) for one in open_ones}
    yield
    for calibration in open_ones:
        hashes = input_hashes(calibration, submitted_ratings(calibration))
        for decision in standing[calibration.pk]:
            inputs = hashes[decision.criterion_id]
            if inputs != decision.inputs:
                Decision.objects.filter(pk=decision.pk).update(inputs=inputs)


def _standing(calibration: Calibration) -> list[Decision]:
    hashes = input_hashes(calibration, submitted_ratings(calibration))
    return [one for one in decisions_of(calibration, hashes).values() if not one.is_stale]
