"""Reports and dashboards as files: sheets, lines of text, pages, pictures. One file a format in `formats/`."""
