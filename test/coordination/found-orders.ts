/** The same of orders by annotation: each is carried out, and none of them twice. */

/** An order begins a server that says that it is Primary; the others join it and go on without it, and all crash. */
export const CARRIED_OUT = `3 kept
settle 0
settle 0
commit 0
outage 0 !
createPod 1
overtake 1
overtake 1
annotate 1
overtake 1
launch 1
noticeReadiness 1
overtake 1
createPod 0
createPod 2
overtake 0
overtake 2
overtake 0
launch 0
overtake 2
launch 2
overtake 0
overtake 2
kill 1
noticeReadiness 1
commit 0
killInDdl 0 !
noticeReadiness 0
noticeReadiness 2
overtake 0
overtake 2
overtake 1
launch 1`;

/** The same of a server that another member joins before it has said so. */
export const JOINED_EARLY = `3 kept
settle 0
settle 0
commit 0
outage 0 !
createPod 1
overtake 1
overtake 1
annotate 1
overtake 1
launch 1
noticeReadiness 1
createPod 0
createPod 2
overtake 0
overtake 2
overtake 0
launch 0
overtake 2
launch 2
kill 1
noticeReadiness 1
commit 0
killInDdl 0 !
noticeReadiness 0
noticeReadiness 2
overtake 0
overtake 2
overtake 1
launch 1`;

export const FOUND_ORDERS: Readonly<Record<string, string>> = {
  'an order is not over where the answer that grants it never arrives': `5 kept ordered
settle 0
settle 0
outage 0 !
deleteLease 0
settle 0
refill 0
askTwice 0
losePosition 2
beginCall 1
annotate 1
beginCall 1`,

  'an order that stayed on chooses nothing once its server was Primary': CARRIED_OUT,

  'nor once another member was let start beside that server': JOINED_EARLY,

  'an order whose first answer was lost is obeyed once more': `3 kept
settle 0
settle 0
commit 0
kill 2
commit 0
outage 0 !
deleteLease 0
createPod 1
refill 9
annotate 0
overtake 9
askTwice 0`,
};
