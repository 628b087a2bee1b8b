"""Path converter of organisations' slugs."""

# First path segments that are not organisations; `create_organisation` refuses them too.
RESERVED_SLUGS = {
    "drift", "healthz", "konto", "demo", "static", "api", "metrics", "admin", "sprak", "fargevalg", "frakoblet",
}  # fmt: skip


class OrganisationSlug:
    """A slug that is not one of the reserved first segments."""

    regex = rf"(?!(?:{'|'.join(sorted(RESERVED_SLUGS))})(?:/|$))[a-z][a-z0-9-]+"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value
