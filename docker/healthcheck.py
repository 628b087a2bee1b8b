"""Ends with 0 when this container's web server answers `/healthz` with 200; else it says why."""

import os
import sys
import urllib.error
import urllib.request
from urllib.parse import urlparse

# The server answers only to its public name.
public = urlparse(os.environ["PUBLIC_URL"])
request = urllib.request.Request("http://127.0.0.1:8000/healthz", headers={"Host": public.netloc})
try:
    urllib.request.urlopen(request, timeout=8).close()
except urllib.error.HTTPError as answer:
    sys.exit(answer.read(500).decode(errors="replace"))
except OSError as error:
    sys.exit(str(error))
