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
  REFUND_SETTLED_OUTSIDE: {
    subject: 'Eich ad-daliad am {course}',
    text: `Helo {name},

Rydym wedi talu {amount} o’ch taliad am {course} ({run}) yn ôl mewn ffordd wahanol i’r ffordd y gwnaethoch dalu, er enghraifft drwy drosglwyddiad banc.

Os byddwch yn ysgrifennu atom am yr ad-daliad, nodwch {reference}.`,
  },
  WITHDRAWAL_WITH_REFUND: {
    subject: 'Rydym wedi derbyn eich hysbysiad tynnu’n ôl o {course}',
    text: `Rydym wedi derbyn y datganiad hwn.

Oddi wrth: {name}
Contract: {contract}, {course} ({run}), talwyd {amount}
Datganwyd: Rwy’n tynnu’n ôl o’r contract hwn ac yn gofyn am yr arian yn ôl.
Derbyniwyd: {received}

Beth sy’n dilyn: mae {back} yn mynd yn ôl yr un ffordd ag y cafodd ei dalu, a daw’r lle ar y cwrs i ben pan fydd yr arian yn ôl. Os na all fynd yn ôl felly, byddwn yn ei dalu mewn ffordd arall.

Cadwch y neges hon: hi yw eich prawf eich bod wedi tynnu’n ôl.`,
  },
  WITHDRAWAL_WITHOUT_REFUND: {
    subject: 'Rydych wedi ildio eich lle ar {course}',
    text: `Rydym wedi derbyn y datganiad hwn.

Oddi wrth: {name}
Contract: {contract}, {course} ({run}), talwyd {amount}
Datganwyd: Rwy’n ildio fy lle ar y cwrs hwn, ac nid wyf yn gofyn am arian yn ôl gydag ef.
Derbyniwyd: {received}

Beth sy’n dilyn: mae’r lle wedi dod i ben. Mae’r hyn a dalwyd yn aros gyda ni; tra bo’r amser yn caniatáu, gellir gofyn amdano yn ôl o hyd.

Cadwch y neges hon: hi yw eich prawf o’r hyn a ddatganwyd gennych.`,
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
