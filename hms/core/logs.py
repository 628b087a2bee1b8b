"""What a log line may hold: of an error only its class and place, because its text may quote what people wrote."""

import logging
import traceback
from typing import Any


class NoErrorTexts(logging.Filter):
    """Takes the texts of errors out of Celery's lines, which otherwise hold them whole."""

    def filter(self, record: logging.LogRecord) -> bool:
        if not record.name.startswith("celery"):
            return True
        place = ""
        if record.exc_info and record.exc_info[2] is not None:
            frame = traceback.extract_tb(record.exc_info[2])[-1]
            place = f" ({frame.filename.rpartition('/')[2]}:{frame.lineno})"
            record.exc_info = record.exc_text = None
        if isinstance(record.args, dict):
            # Celery has written the error down already: «ValueError('…')».
            written = str(record.args.get("exc", "")).partition("(")[0]
            record.args = {**record.args, "exc": written + place}
        elif record.args:
            record.args = tuple(_class_of(value) + place if _is_error(value) else value for value in record.args)
        return True


def _is_error(value: Any) -> bool:
    return isinstance(value, BaseException)


def _class_of(error: BaseException) -> str:
    inner = getattr(error, "exc", None)
    return type(inner if _is_error(inner) else error).__name__
