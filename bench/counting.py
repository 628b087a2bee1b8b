"""How many statements a request sends to the database; asked for with a header, free otherwise."""

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse


class Queries:
    """Counts what is sent to the database while it is an `execute_wrapper` of the connection."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, execute: Callable[..., Any], *arguments: Any) -> Any:
        self.count += 1
        return execute(*arguments)


class CountQueriesMiddleware:
    """Answers `X-Count` with `X-Queries`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "X-Count" not in request.headers:
            return self.get_response(request)
        queries = Queries()
        with connection.execute_wrapper(queries):
            response = self.get_response(request)
        response["X-Queries"] = str(queries.count)
        return response
