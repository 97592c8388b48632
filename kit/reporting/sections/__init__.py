"""The sections of the page: each module turns the material into plain data for its template and NAME.json."""
