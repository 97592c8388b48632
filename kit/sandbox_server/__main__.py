"""`python -m kit.sandbox_server OPTIONS`: a server in its own process, for kit.testing."""

import json
import sys

from kit.sandbox_server.serve import serve_for_parent

if __name__ == "__main__":
    serve_for_parent(json.loads(sys.argv[1]) if len(sys.argv) > 1 else {})
