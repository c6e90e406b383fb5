/** Places accepted credit where most counts, exactly and in bounded steps. */
import { type PolicyTerms, TransferTooComplex, UnplacedReason } from './check.rules.ts'
import type { ReadPolicy, ReadQualification } from './check-input.rules.ts'
import type { Limits, Piece, PlacementSearch } from './placement-search.rules.ts'
import { gridSteps, searchGrid } from './search-grid.rules.ts'
import { searchSubsets, subsetSteps } from './search-subsets.rules.ts'
import { roundDown } from './units.rules.ts'

/** 250,000 combinations of level sums, 40 claims, 6 levels: what must always be answered, and no more is tried. */
const MOST_STEPS = 250_000 * 40 * 6

/** A grid is laid out in the time of about so many steps: too long for a handful of claims, however small it is. */
const STEPS_TO_SET_UP_GRID = 20_000

/** A level of the qualification and what may be placed there. */
export interface LevelRoom {
  readonly level: number
  readonly requiredUnits: number
  readonly capUnits: number
}

/** What the policy and the qualification together leave room for. */
export interface Frame {
  /** Ascending. */
  readonly levels: readonly LevelRoom[]
  readonly limits: Limits
  readonly granularityUnits: number
  readonly higherLevelCountsLower: PolicyTerms['higherLevelCountsLower']
}

/** Credit that may be placed, and why it cannot be even by itself: the cap that it alone exceeds. */
export interface Candidate extends Piece {
  readonly ref: string
  readonly exceeds: UnplacedReason | null
}

export interface Placement {
  /** A multiple of the granularity. */
  readonly transferableUnits: number
  readonly levelByRef: ReadonlyMap<string, number>
}

export function frameOf(policy: ReadPolicy, qualification: ReadQualification): Frame {
  const levels = qualification.levels.map(({ level, requiredUnits }) => ({
    level,
    requiredUnits,
    capUnits: policy.capUnitsByLevel.get(level) ?? requiredUnits,
  }))
  return {
    levels,
    limits: {
      caps: levels.map(({ capUnits }) => capUnits),
      freeChoice: policy.freeChoiceUnits,
      total: Math.min(policy.maxUnits, qualification.totalUnits),
    },
    granularityUnits: policy.granularityUnits,
    higherLevelCountsLower: policy.terms.higherLevelCountsLower,
  }
}

/** A search that has been found to be short enough. */
export interface PlannedSearch {
  readonly frame: Frame
  /** In the order of their refs; the search's pieces are these. */
  readonly placeable: readonly Candidate[]
  /** Begins the search when it is first asked for. */
  search(): PlacementSearch
}

/** `level` is the FHEQ level that the credit counts at. */
export function candidate(
  ref: string,
  units: number,
  level: number,
  freeChoice: boolean,
  { levels, limits, higherLevelCountsLower }: Frame,
): Candidate {
  const top = levels.findLastIndex((known) => known.level <= level)
  const lowest = higherLevelCountsLower ? 0 : levels[top]?.level === level ? top : top + 1
  const piece = { units, lowest, top, freeChoice }
  return { ref, ...piece, exceeds: exceededAlone(piece, limits) }
}

/** Each cap is looked at alone, and the first that is exceeded is the reason. */
function exceededAlone({ units, lowest, top, freeChoice }: Piece, limits: Limits): UnplacedReason | null {
  let fitsSomewhere = false
  for (let level = lowest; level <= top; level += 1) fitsSomewhere ||= units <= limits.caps[level]!
  if (!fitsSomewhere) return UnplacedReason.LEVEL_CAP
  if (freeChoice && units > limits.freeChoice) return UnplacedReason.FREE_CHOICE_CAP
  return units > limits.total ? UnplacedReason.TOTAL_CAP : null
}

/** Chooses the shorter way to the exact answer. Throws TransferTooComplex when both are too long, before any search. */
export function planSearch(candidates: readonly Candidate[], frame: Frame): PlannedSearch {
  const placeable = candidates
    .filter(({ exceeds }) => exceeds === null)
    .sort((left, right) => compareRefs(left.ref, right.ref))
  const steps = subsetSteps(placeable.length, frame.levels.length)
  if (steps <= STEPS_TO_SET_UP_GRID) return planned(searchSubsets, placeable, frame)
  const stepsInGrid = gridSteps(placeable, frame.limits)
  if (Math.min(steps, stepsInGrid) > MOST_STEPS) throw new TransferTooComplex()
  return planned(steps <= stepsInGrid + STEPS_TO_SET_UP_GRID ? searchSubsets : searchGrid, placeable, frame)
}

function planned(
  begin: (pieces: readonly Piece[], limits: Limits) => PlacementSearch,
  placeable: readonly Candidate[],
  frame: Frame,
): PlannedSearch {
  let begun: PlacementSearch | undefined
  function search(): PlacementSearch {
    begun ??= begin(placeable, frame.limits)
    return begun
  }
  return { frame, placeable, search }
}

/** The most that transfers, whichever way it is placed; a multiple of the granularity. */
export function greatestTransferable({ frame, placeable, search }: PlannedSearch): number {
  const total = allTogether(placeable, frame.limits) ?? search().greatestTotal()
  return roundDown(total, frame.granularityUnits)
}

/** What all come to when they fit together, each at its highest level; null when they do not, as is less common. */
function allTogether(pieces: readonly Piece[], { caps, freeChoice, total }: Limits): number | null {
  const left = [...caps]
  let free = freeChoice
  let sum = 0
  for (const piece of pieces) {
    sum += piece.units
    left[piece.top]! -= piece.units
    if (piece.freeChoice) free -= piece.units
    if (left[piece.top]! < 0 || free < 0 || sum > total) return null
  }
  return sum
}

/** The best placement: most transferable, then least credit, fewest claims, first refs, highest levels. */
export function place(planned: PlannedSearch): Placement {
  const { frame, placeable, search } = planned
  const transferableUnits = greatestTransferable(planned)
  if (transferableUnits === 0) return { transferableUnits, levelByRef: new Map() }
  const placings = search().best(transferableUnits)
  const levelByRef = new Map(placings.map(({ piece, level }) => [placeable[piece]!.ref, frame.levels[level]!.level]))
  return { transferableUnits, levelByRef }
}

/** Why accepted credit is not placed: the first reason that holds. */
export function unplacedReason({ exceeds }: Candidate, transferableUnits: number): UnplacedReason {
  return exceeds ?? (transferableUnits === 0 ? UnplacedReason.GRANULARITY : UnplacedReason.NOT_NEEDED)
}

/** The order of the refs' UTF-8 bytes, which is that of their code points and not of their UTF-16 units. */
function compareRefs(left: string, right: string): number {
  const length = Math.min(left.length, right.length)
  for (let at = 0; at < length; at += 1) {
    const [a, b] = [left.charCodeAt(at), right.charCodeAt(at)]
    if (a !== b) return byCodePoint(a) - byCodePoint(b)
  }
  return left.length - right.length
}

/** Surrogates stand for code points above all others, though as units they lie below the last 8,192. */
function byCodePoint(unit: number): number {
  if (unit < 0xd800) return unit
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800
}
