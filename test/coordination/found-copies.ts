/**
 * The same of volumes that were put back, cloned or filled, after which only what stands beside the data tells of which
 * time it is.
 */
const ROLLED_BACK = `3 kept
settle 0
settle 0
commit 0
takeCopy 0
commit 0
settle 0
report 0
takeCopy 1
takeCopy 2
scale 0
putBack 0
createPod 0
annotate 0
settle 0
settle 0`;

/** The same, and the members that were left behind have joined again with empty volumes. */
const JOINED_AGAIN = `${ROLLED_BACK}
deletePod 1
deletePod 2
loseVolume 1
loseVolume 2
settle 0
settle 0
commit 0
commit 0
commit 0
report 0`;

export const FOUND_COPIES: Readonly<Record<string, string>> = {
  'a snapshot of what the cluster has gone on without is not let in where its member has joined again': `${JOINED_AGAIN}
deletePod 1 !
putBack 1`,

  'nor where the record was lost since': `${JOINED_AGAIN}
deleteLease 0
report 0
deletePod 1 !
putBack 1`,

  'nor where the record was lost while all were stopped': `${JOINED_AGAIN}
outage 0 !
deleteLease 0
settle 0
settle 0
report 0
deletePod 1 !
putBack 1`,

  'volumes that a lost record had left behind are not let in by an older copy that was adopted': `3 kept ordered
settle 0
scale 0
commit 0
takeCopy 0
settle 0
settle 0
commit 0
minutePasses 0
beginCall 0
finishCall 0
minutePasses 0
beginCall 0
finishCall 0
takeCopy 10
createPod 0
deletePod 5
putBack 1 !
createPod 0
deleteLease 0
createPod 0`,

  'a clone of the newest data in the place of a volume that was left behind is not passed over': `3 kept ordered
settle 0
scale 0
commit 0
takeCopy 0
settle 0
settle 0
commit 0
takeCopy 1
takeCopy 2
scale 0
putBack 0
createPod 0
annotate 0
settle 0
settle 0
commit 0
cloneNext 2
refill 0`,

  'a clone of a member that was alone does not form its last view again beside the one that it was made of': `3 kept
settle 0
refill 2
deletePod 9 !
cloneNext 3
breakTransfer 5
commit 0
createPod 0
overtake 3
overtake 7
breakTransfer 1`,

  'a Lease is not deleted while a server that knows of a fork cannot say so': `2 kept
settle 0
takeCopy 0
commit 0
report 0
scale 0
putBack 0
createPod 0
annotate 0
settle 0
commit 0
report 0
cutOff 0
terminate 11
deleteLease 0
kill 0`,

  'nor while a volume holds what the cluster has gone on without and written nothing since': `2 kept ordered
settle 0
takeCopy 1
takeCopy 2
scale 0
putBack 0
settle 0
settle 0
commit 0
takeCopy 0
refill 0
putBack 0 !
settle 0
deletePod 6
deleteLease 0`,

  'a snapshot is not put back where a member was let start that waits for a server to answer': `2 kept
settle 0
takeCopy 0
commit 0
report 0
takeCopy 1
putBack 0
split 0
refill 1
settle 0
putBack 7`,

  'a copy of before others joined does not form its view of one again while these run': `3 kept
settle 0
scale 0
takeCopy 0
settle 0
commit 0
kill 1
kill 2
noticeReadiness 1
noticeReadiness 2
putBack 0
createPod 0
overtake 0
overtake 0
launch 0`,

  'a copy that says it was alone is adopted after the record was lost, also in a pod that terminates': `5 kept
settle 0
scale 0
takeCopy 0
settle 0
commit 0
outage 0 !
deleteLease 0
refill 0
terminate 0`,

  'the volumes of two other clusters in the place of one that was lost give way to an empty one': `2 kept
settle 0
takeCopy 0
putBack 0
refill 1
loseVolume 0
settle 0
putBack 0
swapVolume 0
kill 1`,

  'a newer copy that comes back after an older one has reported is not waited for': `2 kept ordered
settle 0
takeCopy 0
scale 0
putBack 0
settle 0
settle 0
commit 0
report 0
putBack 0
takeCopy 1
deletePod 1
cloneNext 1
settle 0
putBack 0 !`,

  'nor is a copy of before its member had said that its stamp is of a later time': `3 kept
settle 0
takeCopy 0
report 0
killInDdl 1 !
settle 0
lag 1
commit 0
takeCopy 1
takeCopy 2
report 0
putBack 1 !`,

  'a volume is not put back while a question is under way of the pod that had it before': `3 kept ordered
settle 0
takeCopy 0
settle 0
commit 0
takeCopy 2
scale 0
putBack 0
createPod 0
annotate 0
settle 0
commit 0
terminate 0
loseVolume 2
settle 0
beginCall 2
killInDdl 3
putBack 2`,

  'a clone in the place of a volume that was left behind is refused, whatever stands beside it': `3 kept ordered
settle 0
takeCopy 0
settle 0
commit 0
scale 0
putBack 0
createPod 0
annotate 0
settle 0
commit 0
refill 2
refill 1
cloneNext 2
refill 0`,

  'a member that was named after its record was lost, and had an older stamp, may have rows of its component': `3 kept ordered
settle 0
settle 0
outage 1
annotate 8
settle 0
deleteLease 0
overtake 11
deletePod 8
commit 0
kill 0`,
};
