"""Pictures of numbers as SVG text, the same on the page and in a PDF; they know no domain."""
