"""The passes of a report, one file each; `report_engine.pipeline.PASSES` has them in order."""
