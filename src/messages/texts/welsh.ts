/** Words the messages to learners in Welsh. */
import type { MessageTexts } from '../message-kind.ts'

export const welsh: MessageTexts = {
  PAYMENT_RECEIVED: {
    subject: 'Rydym wedi derbyn eich taliad am {course}',
    text: `Helo {name},

Rydym wedi derbyn eich taliad o {amount} am {course} ({run}). Rydych yn cael eich cofrestru, a bydd y ffordd i’ch cwrs yn eich cyfrif.

Cadwch y neges hon. Os byddwch yn ysgrifennu atom am y taliad, nodwch {reference}.`,
  },
  REFUND_SUCCEEDED: {
    subject: 'Eich ad-daliad am {course}',
    text: `Helo {name},

Rydym wedi ad-dalu {amount} o’ch taliad am {course} ({run}). Mae’n mynd yn ôl yr un ffordd ag y gwnaethoch dalu; gall gymryd ychydig ddyddiau i’ch banc ei ddangos.

Os byddwch yn ysgrifennu atom am yr ad-daliad, nodwch {reference}.`,
  },
  REFUND_FAILED: {
    subject: 'Nid aeth eich ad-daliad am {course} drwodd',
    text: `Helo {name},

Fe wnaethom geisio ad-dalu {amount} o’ch taliad am {course} ({run}), a daeth yr arian yn ôl atom. Nid oes angen i chi wneud dim nawr: byddwn yn edrych arno ac yn cysylltu â chi.

Os byddwch yn ysgrifennu atom am yr ad-daliad, nodwch {reference}.`,
  },
  RUN_CANCELLED: {
    subject: 'Ni fydd {course} yn cael ei gynnal fel y bwriadwyd',
    text: `Helo {name},

Mae’r rhediad {run} o {course} y mae gennych le arno wedi’i ganslo. Gallwch gael eich arian yn ôl unrhyw bryd, y cyfan a dalwyd gennych, neu symud i rediad arall o’r cwrs os oes un ar agor: mae’r ddau yn eich cyfrif. Ni fydd dim yn digwydd ohono’i hun.

Os byddwch yn ysgrifennu atom amdano, nodwch {reference}.`,
  },
  RUN_MOVED: {
    subject: 'Mae {course} yn dechrau ar ddiwrnod arall',
    text: `Helo {name},

Roedd y rhediad {run} o {course} y mae gennych le arno i ddechrau ar {from}. Mae’n dechrau ar {to} bellach. Mae’r dyddiad olaf i ofyn am eich arian yn ôl yn eich cyfrif; nid yw wedi dod yn gynharach.

Os byddwch yn ysgrifennu atom amdano, nodwch {reference}.`,
  },
}
