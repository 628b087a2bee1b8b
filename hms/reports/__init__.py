"""PDF documents, made by workers or on request, from the same templates and tokens as the pages."""
