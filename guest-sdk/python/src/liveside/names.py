"""Names: snake_case in Python, camelCase on the wire."""


def wire_name(name: str) -> str:
    """`last_updated_by` is `lastUpdatedBy`."""
    first, *rest = name.split("_")
    return first + "".join(part[:1].upper() + part[1:] for part in rest)
