/** Places accepted credit where it counts most: exactly, and within a bounded number of steps. */
import { type PolicyTerms, TransferTooComplex, UnplacedReason } from './check.rules.ts'
import type { ReadPolicy, ReadQualification } from './check-input.rules.ts'
import { gridSteps, searchGrid } from './placement-grid.rules.ts'
import type { Limits, Piece, PlacementSearch } from './placement-search.rules.ts'
import { searchSubsets, subsetSteps } from './placement-subsets.rules.ts'
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

/** Credit that may be placed: `level` is the FHEQ level that it counts at. */
export interface Candidate {
  readonly ref: string
  readonly units: number
  readonly level: number
  readonly freeChoice: boolean
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

/** A search that has been found to be short enough, and not begun. */
export interface PlannedSearch {
  readonly frame: Frame
  /** In the order of their refs; the search's pieces are these. */
  readonly placeable: readonly Candidate[]
  begin(): PlacementSearch
}

/** Chooses the shorter way to the exact answer. Throws TransferTooComplex when both are too long, before any search. */
export function planSearch(candidates: readonly Candidate[], frame: Frame): PlannedSearch {
  const placeable = candidates
    .filter((candidate) => whyNotAlone(candidate, frame) === null)
    .sort((left, right) => compareRefs(left.ref, right.ref))
  const pieces = placeable.map((candidate) => pieceOf(candidate, frame))
  const steps = subsetSteps(pieces.length, frame.levels.length)
  const stepsInGrid = pieces.length === 0 ? Infinity : gridSteps(pieces, frame.limits)
  if (Math.min(steps, stepsInGrid) > MOST_STEPS) throw new TransferTooComplex()
  const search = steps <= stepsInGrid + STEPS_TO_SET_UP_GRID ? searchSubsets : searchGrid
  return { frame, placeable, begin: () => search(pieces, frame.limits) }
}

/** The most that transfers, whichever way it is placed; a multiple of the granularity. */
export function greatestTransferable(search: PlacementSearch, { granularityUnits }: Frame): number {
  return roundDown(search.greatestTotal(), granularityUnits)
}

/** The best placement: most transferable, then least credit, fewest claims, first refs, highest levels. */
export function place(search: PlacementSearch, { frame, placeable }: PlannedSearch): Placement {
  const transferableUnits = greatestTransferable(search, frame)
  if (transferableUnits === 0) return { transferableUnits, levelByRef: new Map() }
  const placings = search.best(transferableUnits)
  const levelByRef = new Map(placings.map(({ piece, level }) => [placeable[piece]!.ref, frame.levels[level]!.level]))
  return { transferableUnits, levelByRef }
}

/** Why accepted credit is not placed: the first reason that holds. */
export function unplacedReason(candidate: Candidate, frame: Frame, transferableUnits: number): UnplacedReason {
  const alone = whyNotAlone(candidate, frame)
  if (alone !== null) return alone
  return transferableUnits === 0 ? UnplacedReason.GRANULARITY : UnplacedReason.NOT_NEEDED
}

/** The cap that the credit exceeds all by itself, each looked at alone; null when there is none. */
function whyNotAlone(candidate: Candidate, frame: Frame): UnplacedReason | null {
  const { units, lowest, top } = pieceOf(candidate, frame)
  const { caps, freeChoice, total } = frame.limits
  if (!caps.some((cap, level) => level >= lowest && level <= top && units <= cap)) return UnplacedReason.LEVEL_CAP
  if (candidate.freeChoice && units > freeChoice) return UnplacedReason.FREE_CHOICE_CAP
  return units > total ? UnplacedReason.TOTAL_CAP : null
}

/** The positions of the levels it may go to, its own first of all; none when `lowest` is above `top`. */
function pieceOf({ units, level, freeChoice }: Candidate, { levels, higherLevelCountsLower }: Frame): Piece {
  const top = levels.findLastIndex((known) => known.level <= level)
  const lowest = higherLevelCountsLower ? 0 : levels[top]?.level === level ? top : top + 1
  return { units, lowest, top, freeChoice }
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
