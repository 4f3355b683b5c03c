"""A counter. Save this file while the page is open: it goes on with the new logic, and the count stays."""

from liveside import Component, action


class Counter(Component, name="{{component}}", version="1.0.0"):
    count: int = 0
    """What the browser sees."""

    @action
    def increment(self, by: int = 1) -> int:
        self.count += by
        return self.count

    @action
    def reset(self) -> None:
        self.count = 0
