/** Words the messages to learners in English. */
import type { MessageTexts } from '../message-kind.ts'

export const english: MessageTexts = {
  PAYMENT_RECEIVED: {
    subject: 'We have received your payment for {course}',
    text: `Hello {name},

We have received your payment of {amount} for {course} ({run}). You are being registered, and will find the way to your course in your account.

Please keep this message. If you write to us about the payment, name {reference}.`,
  },
  REFUND_SUCCEEDED: {
    subject: 'Your refund for {course}',
    text: `Hello {name},

We have refunded {amount} of your payment for {course} ({run}). It goes back the way you paid; your bank may take a few days to show it.

If you write to us about the refund, name {reference}.`,
  },
  REFUND_FAILED: {
    subject: 'Your refund for {course} did not go through',
    text: `Hello {name},

We tried to refund {amount} of your payment for {course} ({run}), and the money came back to us. You need not do anything now: we look at it and come back to you.

If you write to us about the refund, name {reference}.`,
  },
  REFUND_SETTLED_OUTSIDE: {
    subject: 'Your refund for {course}',
    text: `Hello {name},

We have paid back {amount} of your payment for {course} ({run}) another way than you paid, for example by bank transfer.

If you write to us about the refund, name {reference}.`,
  },
  WITHDRAWAL_WITH_REFUND: {
    subject: 'We have received your withdrawal from {course}',
    text: `We have received this declaration.

From: {name}
Contract: {contract}, {course} ({run}), {amount} paid
Declared: I withdraw from this contract and ask for the money back.
Received: {received}

What follows: {back} goes back the way it was paid, and the place on the course ends once it is back. If it cannot go back that way, we pay it another way.

Please keep this message: it is your proof of the withdrawal.`,
  },
  WITHDRAWAL_WITHOUT_REFUND: {
    subject: 'You have given up your place on {course}',
    text: `We have received this declaration.

From: {name}
Contract: {contract}, {course} ({run}), {amount} paid
Declared: I give up my place on this course, and do not ask for money back with it.
Received: {received}

What follows: the place has ended. What was paid stays with us; while the time for it lasts, it can still be asked back.

Please keep this message: it is your proof of what you declared.`,
  },
  RUN_CANCELLED: {
    subject: '{course} does not take place as planned',
    text: `Hello {name},

The run {run} of {course} that you have a place on has been cancelled. You can have your money back at any time, all of what you paid, or move to another run of the course where one is open: both are in your account. Nothing happens by itself.

If you write to us about it, name {reference}.`,
  },
  RUN_MOVED: {
    subject: '{course} starts on another day',
    text: `Hello {name},

The run {run} of {course} that you have a place on was to start on {from}. It starts on {to} now. Until when you can ask for your money back is in your account; it has not become any earlier.

If you write to us about it, name {reference}.`,
  },
}
