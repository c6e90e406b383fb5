/** Lists which calls of PayPal's each feature of the app allows. */
export const payPalPermissions = {
  orders: ['orders.create', 'orders.get', 'orders.capture'],
  refunds_write: ['captures.refund'],
  disputes: ['disputes.list', 'disputes.get'],
  webhooks_events: ['webhooks_events.list', 'webhooks_events.get', 'webhooks_events.resend'],
}
