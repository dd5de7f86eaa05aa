"""What all engines need; knows no form, flow, report, HTTP, queue or chart library."""
