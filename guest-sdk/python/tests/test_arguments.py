"""From payloads to arguments."""

from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Literal, NotRequired, TypedDict

import pytest

from liveside import Component, InvalidPayload, Payload, action
from liveside.testing import Harness


class Colour(Enum):
    RED = "red"
    GREEN = "green"


@dataclass
class Item:
    item_name: str
    price: float | None
    tags: list[str] = field(default_factory=list)


class Place(TypedDict):
    street: str
    town: NotRequired[str]


class Shop(Component):
    @action(schema=True)
    def step(self, by: int = 1) -> int:
        return by

    @action(schema=True)
    def rename(self, new_name: str) -> str:
        return new_name

    @action(schema=True)
    def add(self, name: str, price: float | None, colour: Colour = Colour.RED) -> list[Any]:
        return [name, price, colour.value]

    @action(schema=True)
    def put(self, item: Item) -> Item:
        return item

    @action
    def put_all(self, items: list[Item], where: Place) -> list[Any]:
        return [*items, where]

    @action
    def anything(self, data: dict[str, int]) -> Any:
        return data

    @action
    def whole(self, data: Payload) -> Any:
        return data

    @action
    def choose(self, one: Literal["a", 1]) -> Any:
        return one


@pytest.fixture
def shop() -> Harness[Shop]:
    return Harness(Shop)


@pytest.mark.parametrize("payload", [{"by": 2}, 2, 2.0])
def test_one_value_goes_by_name_or_by_itself(shop: Harness[Shop], payload: Any) -> None:
    assert shop.call("step", payload) == 2


@pytest.mark.parametrize("payload", [None, {}, {"by": None}, {"other": 1}])
def test_what_is_missing_is_the_default(shop: Harness[Shop], payload: Any) -> None:
    assert shop.call("step", payload) == 1


@pytest.mark.parametrize(
    ("action", "payload", "message"),
    [
        ("step", {"by": "x"}, "`by` is not valid: expected a whole number, got the text 'x'"),
        ("step", {"by": True}, "`by` is not valid: expected a whole number, got true"),
        ("step", {"by": 1.5}, "`by` is not valid: expected a whole number, got the number 1.5"),
        ("rename", {}, "The payload needs `newName`"),
        ("rename", {"newName": 1}, "`newName` is not valid: expected text, got the number 1"),
        ("add", 5, "The payload must be an object with `name`, `price`, `colour`"),
        ("add", {"name": "a", "colour": "blue"}, "`colour` is not valid: expected one of 'red', 'green'"),
        ("put", {"price": 1}, "`item` is not valid: expected an object with `itemName`, got an object"),
        (
            "putAll",
            {"items": [{"itemName": "a"}, {"itemName": 3}], "where": {"street": ""}},
            "`items.1.itemName` is not valid: expected text, got the number 3",
        ),
        ("putAll", {"items": [], "where": {"street": 1}}, "`where.street` is not valid"),
        ("anything", {"a": "b"}, "`data.a` is not valid"),
        ("choose", {"one": True}, "`one` is not valid: expected one of 'a', 1, got true"),
    ],
)
def test_a_payload_that_does_not_fit_is_told_where(
    shop: Harness[Shop], action: str, payload: Any, message: str
) -> None:
    with pytest.raises(InvalidPayload) as error:
        shop.call(action, payload)
    assert error.value.message.startswith(message)


def test_several_go_by_name(shop: Harness[Shop]) -> None:
    assert shop.call("add", {"name": "tea", "price": 2, "colour": "green"}) == ["tea", 2.0, "green"]
    assert shop.call("add", {"name": "tea"}) == ["tea", None, "red"]


@pytest.mark.parametrize("payload", [{"itemName": "a", "price": 1}, {"item": {"itemName": "a", "price": 1}}])
def test_a_dataclass_takes_the_whole_payload_or_what_is_under_its_name(shop: Harness[Shop], payload: Any) -> None:
    assert shop.call("put", payload) == {"itemName": "a", "price": 1.0, "tags": []}


def test_lists_of_objects_are_read(shop: Harness[Shop]) -> None:
    items = [{"itemName": "a", "price": None, "tags": ["x"]}]
    where = {"street": "Elm"}
    assert shop.call("putAll", {"items": items, "where": where}) == [*items, where]


def test_a_payload_can_be_taken_as_it_is(shop: Harness[Shop]) -> None:
    assert shop.call("whole", {"data": 1}) == {"data": 1}
    assert shop.call("whole") is None
    assert shop.call("anything", {"data": {"a": 1}}) == {"a": 1}
    assert shop.call("anything", {"a": 1}) == {"a": 1}


def test_a_schema_says_what_is_accepted(shop: Harness[Shop]) -> None:
    assert shop.payload_schema("rename") == {
        "if": {"type": "object"},
        "then": {"required": ["newName"], "properties": {"newName": {"type": "string"}}},
        "else": {"type": "string"},
    }
    assert shop.payload_schema("add") == {
        "type": "object",
        "required": ["name"],
        "properties": {
            "name": {"type": "string"},
            "price": {"anyOf": [{"type": "number"}, {"type": "null"}]},
            "colour": {"anyOf": [{"enum": ["red", "green"]}, {"type": "null"}]},
        },
    }
    assert shop.payload_schema("put")["else"]["required"] == ["itemName"]
    assert shop.payload_schema("whole") is None
