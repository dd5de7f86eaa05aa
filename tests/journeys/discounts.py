"""Plans whose price is waiting for the lead consultant."""


def ask_for_discounts(screen, titles):
    """Send in a plan of each title, a tenth off, as the person of this screen."""
    patient = screen.first("customer")
    service = screen.first("service_item", search="骨增量")
    doctor = screen.call("POST", "/api/forms/plan/options/doctor_id", {"q": "刘长江", "values": {}})[0]
    for title in titles:
        values = {
            "customer_id": patient["id"],
            "title": title,
            "doctor_id": doctor["id"],
            "items": [{"service_item": service["id"], "qty": "1", "discount": "0.9", "price": "3780.00"}],
            "discount_reason": "老客户介绍",
            "status": "discount_review",
        }
        screen.call("POST", "/api/forms/plan/records", {"values": values})


def waiting_for(screen, titles):
    """Return the tasks of these plans once all of them wait for the person of this screen."""

    def found():
        tasks = screen.call("GET", "/api/tasks?limit=200")["tasks"]
        mine = [next((one for one in tasks if title in str(one)), None) for title in titles]
        return mine if all(mine) else None

    return screen.eventually(found)
