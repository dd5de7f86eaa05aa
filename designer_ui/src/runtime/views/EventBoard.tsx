/** The calendar library, touched here only. */

import {
  type Calendar,
  createCalendar,
  DayGrid,
  destroyCalendar,
  Interaction,
  ResourceTimeGrid,
  TimeGrid,
} from "@event-calendar/core";
import "@event-calendar/core/index.css";
import { useEffect, useRef } from "react";
import { clinicNow } from "../../shared/now";
import type { CalendarItem, Move } from "./calendarModel";

const VIEWS = {
  resource: "resourceTimeGridDay",
  day: "timeGridDay",
  week: "timeGridWeek",
  month: "dayGridMonth",
} as const;

export interface EventBoardProps {
  span: keyof typeof VIEWS;
  day: string;
  items: readonly CalendarItem[];
  resources: { id: string; title: string }[];
  lang: "zh" | "en";
  canEdit: boolean;
  onOpen: (id: string) => void;
  onMove: (item: CalendarItem, move: Move, revert: () => void) => void;
  clashOf: (item: CalendarItem) => CalendarItem | null;
  onClash: (item: CalendarItem) => void;
  /** Words over a column, and for what has no room in a day. */
  headOf: (day: Date) => string;
  moreOf: (count: number) => string;
  onPick: (start: Date, end: Date, resource: string | null) => void;
}

const TABLE_ROLES = ["table", "rowgroup", "row", "cell", "gridcell", "columnheader", "rowheader"]
  .map((role) => `[role=${role}]`)
  .join(",");

const wallOf = (moment: Date): string => {
  const shifted = new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 19);
};

/** Shorter ones have room for one line only. */
const SHORT_MS = 45 * 60_000;

const content = (item: CalendarItem, time: string): { domNodes: Node[] } => {
  const title = document.createElement("div");
  title.className = "ev-title";
  title.textContent = time ? `${time} ${item.title}` : item.title;
  if (item.allDay || Date.parse(item.end) - Date.parse(item.start) < SHORT_MS) {
    const rest = document.createElement("span");
    rest.className = "ev-rest";
    rest.textContent = item.lines.join(" ");
    title.append(" ", rest);
    return { domNodes: [title] };
  }
  const lines = item.lines.map((text) => {
    const line = document.createElement("div");
    line.className = "ev-line";
    line.textContent = text;
    return line;
  });
  return { domNodes: [title, ...lines] };
};

/** The item as it would stand after a drag. */
const moved = (item: CalendarItem, event: Calendar.Event): CalendarItem => ({
  ...item,
  start: wallOf(event.start),
  end: event.end ? wallOf(event.end) : item.end,
  resourceIds: event.resourceIds.length ? event.resourceIds.map(String) : item.resourceIds,
});

export const EventBoard = (props: EventBoardProps) => {
  const box = useRef<HTMLDivElement>(null);
  const calendar = useRef<Calendar | null>(null);
  const latest = useRef(props);
  latest.current = props;
  useEffect(() => {
    if (!box.current) return;
    const itemOf = (id: string | number) => latest.current.items.find((item) => item.id === String(id));
    const dropped = (info: Calendar.EventDropInfo | Calendar.EventResizeInfo) => {
      const item = itemOf(info.event.id);
      if (!item) return info.revert();
      const resource = "newResource" in info && info.newResource ? String(info.newResource.id) : null;
      latest.current.onMove(
        moved(item, info.event),
        { start: info.event.start, end: info.event.end, resource },
        info.revert,
      );
    };
    let warned = "";
    const made = createCalendar(box.current, [TimeGrid, DayGrid, ResourceTimeGrid, Interaction], {
      headerToolbar: { start: "", center: "", end: "" },
      height: "100%",
      firstDay: 1,
      allDaySlot: false,
      // The library knows the machine's clock only: none rather than a wrong one where practice time is put forward.
      nowIndicator: clinicNow().getTime() - Date.now() < SHORT_MS,
      selectable: true,
      slotDuration: "00:30",
      snapDuration: "00:15",
      slotMinTime: "08:00",
      slotMaxTime: "21:00",
      slotHeight: 26,
      dayMaxEvents: true,
      flexibleSlotTimeLimits: true,
      slotLabelFormat: { hour: "2-digit", minute: "2-digit", hour12: false },
      eventTimeFormat: { hour: "2-digit", minute: "2-digit", hour12: false },
      dayHeaderFormat: (day) => latest.current.headOf(day),
      moreLinkContent: ({ num }) => latest.current.moreOf(num),
      eventClick: (info) => latest.current.onOpen(String(info.event.id)),
      eventDrop: dropped,
      eventResize: dropped,
      dragConstraint: (info) => {
        const item = itemOf(info.event.id);
        const clash = item ? latest.current.clashOf(moved(item, info.event)) : null;
        // Said once for each booking one is dragged onto; the server has the last word.
        if (clash && warned !== clash.id) latest.current.onClash(clash);
        warned = clash?.id ?? "";
        return true;
      },
      select: (info) => {
        latest.current.onPick(info.start, info.end, info.resource ? String(info.resource.id) : null);
        calendar.current?.unselect();
      },
      eventContent: (info) => {
        const item = itemOf(info.event.id);
        return item ? content(item, item.allDay ? "" : item.start.slice(11, 16)) : "";
      },
      eventClassNames: (info) => {
        const item = itemOf(info.event.id);
        return ["ev", item?.color ? `ev-${item.color}` : "ev-plain"];
      },
    });
    calendar.current = made;
    // The library calls the board a table; bookings are buttons, which no table may hold between its rows.
    const board = box.current;
    const untable = () => {
      for (const part of board.querySelectorAll(TABLE_ROLES)) part.removeAttribute("role");
      for (const part of board.querySelectorAll("[aria-colindex]")) part.removeAttribute("aria-colindex");
    };
    const watching = new MutationObserver(untable);
    watching.observe(board, { childList: true, subtree: true, attributes: true, attributeFilter: ["role"] });
    untable();
    return () => {
      watching.disconnect();
      calendar.current = null;
      void destroyCalendar(made);
    };
  }, []);
  const { span, day, items, resources, lang, canEdit } = props;
  useEffect(() => {
    const made = calendar.current;
    if (!made) return;
    made.setOption("locale", lang === "zh" ? "zh-CN" : "en-GB");
    made.setOption("editable", canEdit);
    // The heads are words of the span: asked for anew with it.
    made.setOption("dayHeaderFormat", (of) => latest.current.headOf(of));
    made.setOption("view", VIEWS[span]);
    made.setOption("date", day);
    made.setOption("resources", resources);
    made.setOption(
      "events",
      items.map((item) => ({
        id: item.id,
        start: item.start,
        end: item.end,
        allDay: item.allDay,
        title: item.title,
        resourceIds: item.resourceIds,
        editable: canEdit && item.canMove,
      })),
    );
  }, [span, day, items, resources, lang, canEdit]);
  return <div ref={box} className={span === "week" || span === "month" ? "cal cal-days" : "cal"} />;
};
