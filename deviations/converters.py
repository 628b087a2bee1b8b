"""Path converter of case numbers."""


class CaseNumber:
    """`2026-0142`: year and sequence."""

    regex = r"[0-9]{4}-[0-9]{4,9}"

    def to_python(self, value: str) -> tuple[int, int]:
        year, sequence = value.split("-")
        return int(year), int(sequence)

    def to_url(self, value: object) -> str:
        return str(value)
