/**
 * @file Numbers of WebAssembly's instructions, by operation and type.
 * @see WebAssembly Core Specification 2.0; Threads; Relaxed SIMD
 */
import type { BinaryOp, CompareOp, ConvertOp, KernelType, MachineType, MemoryType, UnaryOp } from '../ir.js';

/** An instruction: one byte, or a prefix and a number. */
export type Opcode = number | readonly [prefix: number, code: number];

const simd = (code: number): Opcode => [0xfd, code];
const numeric = (code: number): Opcode => [0xfc, code];

type Table<K extends string> = Partial<Record<K, Opcode>>;

export const UNARY: Readonly<Record<MachineType, Table<UnaryOp>>> = {
  i32: { eqz: 0x45, clz: 0x67, popcnt: 0x69 },
  f32: { abs: 0x8b, neg: 0x8c, ceil: 0x8d, floor: 0x8e, trunc: 0x8f, nearest: 0x90, sqrt: 0x91 },
  f64: { abs: 0x99, neg: 0x9a, ceil: 0x9b, floor: 0x9c, trunc: 0x9d, nearest: 0x9e, sqrt: 0x9f },
  i32x: { abs: simd(160), neg: simd(161), not: simd(77), anyTrue: simd(83), allTrue: simd(163) },
  f32x: {
    ceil: simd(103), floor: simd(104), trunc: simd(105), nearest: simd(106), abs: simd(224), neg: simd(225), sqrt: simd(227), not: simd(77),
  }, // prettier-ignore
  f64x: { abs: simd(236), neg: simd(237), sqrt: simd(239) },
};

export const BINARY: Readonly<Record<MachineType, Table<BinaryOp>>> = {
  i32: {
    add: 0x6a, sub: 0x6b, mul: 0x6c, divS: 0x6d, divU: 0x6e, remS: 0x6f, remU: 0x70, and: 0x71, or: 0x72, xor: 0x73, shl: 0x74, shrS: 0x75,
    shrU: 0x76, rotl: 0x77,
  }, // prettier-ignore
  f32: { add: 0x92, sub: 0x93, mul: 0x94, div: 0x95, min: 0x96, max: 0x97, copysign: 0x98 },
  f64: { add: 0xa0, sub: 0xa1, mul: 0xa2, div: 0xa3, min: 0xa4, max: 0xa5, copysign: 0xa6 },
  i32x: {
    add: simd(174), sub: simd(177), mul: simd(181), minS: simd(182), minU: simd(183), maxS: simd(184), maxU: simd(185), and: simd(78),
    andnot: simd(79), or: simd(80), xor: simd(81), shl: simd(171), shrS: simd(172), shrU: simd(173),
  }, // prettier-ignore
  f32x: {
    add: simd(228), sub: simd(229), mul: simd(230), div: simd(231), min: simd(232), max: simd(233), pmin: simd(234), pmax: simd(235),
    and: simd(78), andnot: simd(79), or: simd(80), xor: simd(81),
  }, // prettier-ignore
  f64x: {
    add: simd(240),
    sub: simd(241),
    mul: simd(242),
    div: simd(243),
    min: simd(244),
    max: simd(245),
    pmin: simd(246),
    pmax: simd(247),
  },
};

export const COMPARE: Readonly<Record<MachineType, Table<CompareOp>>> = {
  i32: {
    eq: 0x46, ne: 0x47, lt: 0x48, ltU: 0x49, gt: 0x4a, gtU: 0x4b, le: 0x4c, leU: 0x4d, ge: 0x4e, geU: 0x4f,
  }, // prettier-ignore
  f32: { eq: 0x5b, ne: 0x5c, lt: 0x5d, gt: 0x5e, le: 0x5f, ge: 0x60 },
  f64: { eq: 0x61, ne: 0x62, lt: 0x63, gt: 0x64, le: 0x65, ge: 0x66 },
  i32x: {
    eq: simd(55), ne: simd(56), lt: simd(57), ltU: simd(58), gt: simd(59), gtU: simd(60), le: simd(61), leU: simd(62), ge: simd(63),
    geU: simd(64),
  }, // prettier-ignore
  f32x: { eq: simd(65), ne: simd(66), lt: simd(67), gt: simd(68), le: simd(69), ge: simd(70) },
  f64x: {},
};

/** `[scalar, vector]`; null where there is no such instruction. */
export const CONVERT: Readonly<Record<ConvertOp, readonly [Opcode, Opcode | null]>> = {
  'f32.i32': [0xb2, simd(250)],
  'f32.u32': [0xb3, simd(251)],
  'i32.f32': [numeric(0), simd(248)],
  'u32.f32': [numeric(1), simd(249)],
  'f64.f32': [0xbb, null],
  'f32.f64': [0xb6, null],
  'f64.i32': [0xb7, null],
  'f64.u32': [0xb8, null],
  'i32.f64': [numeric(2), null],
  'u32.f64': [numeric(3), null],
};

export const LOAD: Readonly<Record<MemoryType, Opcode>> = {
  i32: 0x28, f32: 0x2a, f64: 0x2b, i8: 0x2c, u8: 0x2d, i16: 0x2e, u16: 0x2f,
}; // prettier-ignore
export const STORE: Readonly<Record<MemoryType, Opcode>> = {
  i32: 0x36, f32: 0x38, f64: 0x39, i8: 0x3a, u8: 0x3a, i16: 0x3b, u16: 0x3b,
}; // prettier-ignore

/** One number in all lanes; one lane of a vector; a vector with another number in a lane. */
export const SPLAT = { i32: simd(17), f32: simd(19), f64: simd(20) } as const;
export const LANE = { i32: simd(27), f32: simd(31), f64: simd(33) } as const;
export const WITH_LANE = { i32: simd(28), f32: simd(32), f64: simd(34) } as const;

/** Instructions without a table of their own. */
export const OP = {
  unreachable: 0x00,
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  br: 0x0c,
  brIf: 0x0d,
  return: 0x0f,
  call: 0x10,
  drop: 0x1a,
  select: 0x1b,
  localGet: 0x20,
  localSet: 0x21,
  localTee: 0x22,
  globalGet: 0x23,
  globalSet: 0x24,
  i32Const: 0x41,
  i64Const: 0x42,
  f32Const: 0x43,
  f64Const: 0x44,
  i32FromF32Bits: 0xbc,
  f32FromI32Bits: 0xbe,
  memoryCopy: numeric(10),
  memoryFill: numeric(11),
  vectorLoad: simd(0),
  vectorLoadI8: simd(1),
  vectorLoadU8: simd(2),
  vectorLoadI16: simd(3),
  vectorLoadU16: simd(4),
  vectorLoadSplat: simd(9),
  vectorLoadSplat64: simd(10),
  vectorStore: simd(11),
  vectorConst: simd(12),
  shuffle: simd(13),
  bitselect: simd(82),
  store32Lane: simd(90),
  store64Lane: simd(91),
  vectorLoad32Zero: simd(92),
  i16FromLowI8: simd(135),
  i16FromLowU8: simd(137),
  i32FromLowI16: simd(167),
  i32FromHighI16: simd(168),
  i32FromLowU16: simd(169),
  i32FromHighU16: simd(170),
  relaxedMadd: simd(0x105),
  relaxedMadd64: simd(0x107),
  atomicNotify: [0xfe, 0x00],
  atomicWait32: [0xfe, 0x01],
  atomicLoad: [0xfe, 0x10],
  atomicStore: [0xfe, 0x17],
  atomicAdd: [0xfe, 0x1e],
} as const satisfies Record<string, Opcode>;

/** The encoding of each type. */
export const VALUE_TYPE: Readonly<Record<KernelType, number>> = {
  i32: 0x7f, f32: 0x7d, f64: 0x7c, i32x: 0x7b, f32x: 0x7b, f64x: 0x7b, i32xx: 0x7b, f32xx: 0x7b, f64xx: 0x7b,
}; // prettier-ignore
