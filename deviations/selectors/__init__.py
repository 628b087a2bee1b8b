"""Reading cases, a module for each noun."""

from deviations.selectors.answers import Answers, answers, answers_by
from deviations.selectors.cases import (
    COUNT_LIMIT,
    NO_DUE_DATE,
    REPORTER_VERBS,
    OpenCounts,
    Status,
    awaiting_statement,
    bounded_count,
    comments_for,
    open_counts,
    open_ones,
    overdue,
    prefix_query,
    reported_by,
    search,
    status,
    steps,
    timeline_of,
    visible_imports,
    visible_to,
    with_due,
    with_list_columns,
)
from deviations.selectors.examples import example_of, newest_example, pictures_of, shared_examples, visible_examples
from deviations.selectors.filters import matching
from deviations.selectors.naming import names_in, reporters_words_in
from deviations.selectors.ratings import Helpfulness, helpfulness, helpfulness_by
from deviations.selectors.reporters import reporter_name
from deviations.selectors.saved_views import followed_by, start_view_of, views_for
from deviations.selectors.trends import narrowed

__all__ = [
    "COUNT_LIMIT",
    "NO_DUE_DATE",
    "REPORTER_VERBS",
    "Answers",
    "Helpfulness",
    "OpenCounts",
    "Status",
    "answers",
    "answers_by",
    "awaiting_statement",
    "bounded_count",
    "comments_for",
    "example_of",
    "followed_by",
    "helpfulness",
    "helpfulness_by",
    "matching",
    "names_in",
    "narrowed",
    "newest_example",
    "open_counts",
    "open_ones",
    "overdue",
    "pictures_of",
    "prefix_query",
    "reported_by",
    "reporter_name",
    "reporters_words_in",
    "search",
    "shared_examples",
    "start_view_of",
    "status",
    "steps",
    "timeline_of",
    "views_for",
    "visible_examples",
    "visible_imports",
    "visible_to",
    "with_due",
    "with_list_columns",
]
