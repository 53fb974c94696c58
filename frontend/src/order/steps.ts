/** The three steps that a reader sees of a request's life, whatever order the news came in. */
import { isOpen, type Order, type OrderState } from "../api/orders";

export type Stage = "done" | "current" | "todo";

export interface Step {
  name: "PENDING" | "SENT" | "end" | Extract<OrderState, "ACCEPTED" | "REJECTED" | "VOIDED">;
  stage: Stage;
  at: string | null;
}

export function stepsOf(order: Order): Step[] {
  const { state } = order;
  const received: Step = { name: "PENDING", stage: "done", at: order.created_at };
  if (state === "PENDING") {
    return [
      received,
      { name: "SENT", stage: "current", at: null },
      { name: "end", stage: "todo", at: null },
    ];
  }
  if (state === "SENT") {
    return [
      received,
      { name: "SENT", stage: "done", at: order.sent_at },
      { name: "end", stage: "current", at: null },
    ];
  }
  const end: Step = { name: state, stage: "done", at: order.ended_at };
  // An answer may overtake the news that the request was sent; a voided one may never have been.
  if (order.sent_at === null && (state === "VOIDED" || isOpen(order))) return [received, end];
  return [received, { name: "SENT", stage: "done", at: order.sent_at }, end];
}
