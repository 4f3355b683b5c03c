from component import Counter

from liveside.testing import Harness


def test_it_counts() -> None:
    counter = Harness(Counter)
    assert counter.call("increment", {"by": 2}) == 2
    assert counter.delta == {"count": 2}
