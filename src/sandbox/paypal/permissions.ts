/** Lists which calls of PayPal's each feature of the app allows. */
export const payPalPermissions = {
  orders: ['orders.create', 'orders.get', 'orders.capture'],
  refunds_write: ['captures.refund'],
  disputes: ['disputes.list', 'disputes.get'],
  webhooks_events: ['webhooks-events.list', 'webhooks-events.get', 'webhooks-events.resend'],
}
