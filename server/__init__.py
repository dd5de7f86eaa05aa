"""The only place that knows the web framework and the settings; wires everything together."""
