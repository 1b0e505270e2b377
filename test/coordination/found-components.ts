/** One that has lost its quorum runs apart from both components, of which a person began the one that goes on. */
export const BESIDE_A_FORK = `5 kept
settle 0
split 1
settle 0
commit 0
isolate 2
bootstrapBySql 10`;

/** The same of two primary components, and of what is taken for a second one. */
export const FOUND_COMPONENTS: Readonly<Record<string, string>> = {
  'a last view does not form again beside a component that a person began and that was confirmed since': `3 kept
settle 0
settle 7 !
isolate 5
deletePod 3
bootstrapBySql 11
settle 8`,

  'two components are told apart also where one of them has served before': `3 kept
settle 0
isolate 8 !
settle 4
outage 6 !
split 11 !
settle 3
isolate 11 !
bootstrapBySql 2`,

  'a person begins no component over SQL beside a server that cannot report, as its pod and volume are gone': `3 lost
settle 0
cutOff 2
deleteByForce 2
isolate 1
bootstrapBySql 1`,

  'a member that was cut off is no second component where the others end when it is with them again': `3 kept
settle 0
commit 0
overtake 0
overtake 2
terminate 0
terminate 1
isolate 2
overtake 0`,

  'a Lease is not deleted beside a second component, which would be confirmed once more': `3 renamed
settle 0
split 0
bootstrapBySql 0
deleteLease 0`,

  'a server of a component that must not serve joins none when that has lost its quorum': `5 kept
settle 0
report 0
split 6
bootstrapBySql 10
kill 5`,

  'no server takes a state transfer from a component that must not serve': `3 kept
settle 0
report 0
isolate 11
bootstrapBySql 5
split 9
breakTransfer 1`,

  'a person begins no component over SQL beside servers that form their last view again when they meet': `3 kept
settle 0
report 0
isolate 2
isolate 3
bootstrapBySql 2
kill 5`,

  'a Lease is not deleted while only a component serves that must not': `4 kept
settle 0
report 0
split 4
bootstrapBySql 8
deletePod 3
deletePod 2
deletePod 1
deleteLease 0`,

  'a member that was cut off is taken for a second component where the others end before one says it is back': `5 kept
settle 0
commit 0
isolate 0
beginCall 1
heal 0
scale 0`,

  'nor has anybody said so beside a server whose pod is gone': `3 kept
settle 0
commit 0
split 0
report 0
heal 0
cutOff 2
deleteByForce 2
refill 1`,

  'nor of a member that crashed and was started where no coordinator answered it': `3 kept
settle 0
commit 0
beginCall 2
finishCall 0
cutOff 2
kill 8
beginCall 0
cutOff 0
cutOff 1
settle 0
kill 3
deleteByForce 1`,

  'which those that report cannot name beside a server whose pod is gone': `4 kept ordered
settle 0
settle 0
kill 2
beginCall 0
finishCall 0
commit 0
cutOff 0
cutOff 2
deleteByForce 0
settle 0
outage 2 !`,

  'the volume of a server that gets rows after its pod was deleted by force and another bootstrapped is refused': `3 kept
settle 0
cutOff 2
deleteByForce 2
split 1
settle 0
kill 0
heal 0
settle 0
commit 0`,

  'those that were let start to join a component, and are begun beside it before they meet it, share no row of it': `5 kept
settle 0
isolate 2
split 1
bootstrapBySql 2
settle 0
bootstrapBySql 0`,

  'a server without quorum does not join a component that a person began elsewhere and that lacks rows of it':
    BESIDE_A_FORK,
};
