"""What people have to do: lists, the page of a task, doing it, handing over, and what would happen."""

from flow_engine.tasks.service import TaskForms, TaskService

__all__ = ["TaskForms", "TaskService"]
