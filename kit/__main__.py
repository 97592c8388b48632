"""`python -m kit` is the command `kit`, for an environment whose scripts are not on the path."""

import sys

from kit.cli import main

if __name__ == "__main__":
    sys.exit(main())
