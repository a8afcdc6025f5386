package decant.wasm.binary;

/// The instruction codes of WebAssembly, as {@link CodeReader#opcode} gives them.
///
/// A one-byte instruction is its byte. A prefixed one is the prefix in bits 8 to 15 and its number in bits 0 to 7.
public final class Opcode {

    // Core instructions, one byte.
    public static final int UNREACHABLE = 0x00;
    public static final int NOP = 0x01;
    public static final int BLOCK = 0x02;
    public static final int LOOP = 0x03;
    public static final int IF = 0x04;
    public static final int ELSE = 0x05;
    public static final int END = 0x0B;
    public static final int BR = 0x0C;
    public static final int BR_IF = 0x0D;
    public static final int BR_TABLE = 0x0E;
    public static final int RETURN = 0x0F;
    public static final int CALL = 0x10;
    public static final int CALL_INDIRECT = 0x11;
    public static final int RETURN_CALL = 0x12;
    public static final int RETURN_CALL_INDIRECT = 0x13;
    public static final int DROP = 0x1A;
    public static final int SELECT = 0x1B;
    public static final int SELECT_T = 0x1C;
    public static final int LOCAL_GET = 0x20;
    public static final int LOCAL_SET = 0x21;
    public static final int LOCAL_TEE = 0x22;
    public static final int GLOBAL_GET = 0x23;
    public static final int GLOBAL_SET = 0x24;
    public static final int TABLE_GET = 0x25;
    public static final int TABLE_SET = 0x26;
    public static final int I32_LOAD = 0x28;
    public static final int I64_LOAD = 0x29;
    public static final int F32_LOAD = 0x2A;
    public static final int F64_LOAD = 0x2B;
    public static final int I32_LOAD8_S = 0x2C;
    public static final int I32_LOAD8_U = 0x2D;
    public static final int I32_LOAD16_S = 0x2E;
    public static final int I32_LOAD16_U = 0x2F;
    public static final int I64_LOAD8_S = 0x30;
    public static final int I64_LOAD8_U = 0x31;
    public static final int I64_LOAD16_S = 0x32;
    public static final int I64_LOAD16_U = 0x33;
    public static final int I64_LOAD32_S = 0x34;
    public static final int I64_LOAD32_U = 0x35;
    public static final int I32_STORE = 0x36;
    public static final int I64_STORE = 0x37;
    public static final int F32_STORE = 0x38;
    public static final int F64_STORE = 0x39;
    public static final int I32_STORE8 = 0x3A;
    public static final int I32_STORE16 = 0x3B;
    public static final int I64_STORE8 = 0x3C;
    public static final int I64_STORE16 = 0x3D;
    public static final int I64_STORE32 = 0x3E;
    public static final int MEMORY_SIZE = 0x3F;
    public static final int MEMORY_GROW = 0x40;
    public static final int I32_CONST = 0x41;
    public static final int I64_CONST = 0x42;
    public static final int F32_CONST = 0x43;
    public static final int F64_CONST = 0x44;
    public static final int I32_EQZ = 0x45;
    public static final int I32_EQ = 0x46;
    public static final int I32_NE = 0x47;
    public static final int I32_LT_S = 0x48;
    public static final int I32_LT_U = 0x49;
    public static final int I32_GT_S = 0x4A;
    public static final int I32_GT_U = 0x4B;
    public static final int I32_LE_S = 0x4C;
    public static final int I32_LE_U = 0x4D;
    public static final int I32_GE_S = 0x4E;
    public static final int I32_GE_U = 0x4F;
    public static final int I64_EQZ = 0x50;
    public static final int I64_EQ = 0x51;
    public static final int I64_NE = 0x52;
    public static final int I64_LT_S = 0x53;
    public static final int I64_LT_U = 0x54;
    public static final int I64_GT_S = 0x55;
    public static final int I64_GT_U = 0x56;
    public static final int I64_LE_S = 0x57;
    public static final int I64_LE_U = 0x58;
    public static final int I64_GE_S = 0x59;
    public static final int I64_GE_U = 0x5A;
    public static final int F32_EQ = 0x5B;
    public static final int F32_NE = 0x5C;
    public static final int F32_LT = 0x5D;
    public static final int F32_GT = 0x5E;
    public static final int F32_LE = 0x5F;
    public static final int F32_GE = 0x60;
    public static final int F64_EQ = 0x61;
    public static final int F64_NE = 0x62;
    public static final int F64_LT = 0x63;
    public static final int F64_GT = 0x64;
    public static final int F64_LE = 0x65;
    public static final int F64_GE = 0x66;
    public static final int I32_CLZ = 0x67;
    public static final int I32_CTZ = 0x68;
    public static final int I32_POPCNT = 0x69;
    public static final int I32_ADD = 0x6A;
    public static final int I32_SUB = 0x6B;
    public static final int I32_MUL = 0x6C;
    public static final int I32_DIV_S = 0x6D;
    public static final int I32_DIV_U = 0x6E;
    public static final int I32_REM_S = 0x6F;
    public static final int I32_REM_U = 0x70;
    public static final int I32_AND = 0x71;
    public static final int I32_OR = 0x72;
    public static final int I32_XOR = 0x73;
    public static final int I32_SHL = 0x74;
    public static final int I32_SHR_S = 0x75;
    public static final int I32_SHR_U = 0x76;
    public static final int I32_ROTL = 0x77;
    public static final int I32_ROTR = 0x78;
    public static final int I64_CLZ = 0x79;
    public static final int I64_CTZ = 0x7A;
    public static final int I64_POPCNT = 0x7B;
    public static final int I64_ADD = 0x7C;
    public static final int I64_SUB = 0x7D;
    public static final int I64_MUL = 0x7E;
    public static final int I64_DIV_S = 0x7F;
    public static final int I64_DIV_U = 0x80;
    public static final int I64_REM_S = 0x81;
    public static final int I64_REM_U = 0x82;
    public static final int I64_AND = 0x83;
    public static final int I64_OR = 0x84;
    public static final int I64_XOR = 0x85;
    public static final int I64_SHL = 0x86;
    public static final int I64_SHR_S = 0x87;
    public static final int I64_SHR_U = 0x88;
    public static final int I64_ROTL = 0x89;
    public static final int I64_ROTR = 0x8A;
    public static final int F32_ABS = 0x8B;
    public static final int F32_NEG = 0x8C;
    public static final int F32_CEIL = 0x8D;
    public static final int F32_FLOOR = 0x8E;
    public static final int F32_TRUNC = 0x8F;
    public static final int F32_NEAREST = 0x90;
    public static final int F32_SQRT = 0x91;
    public static final int F32_ADD = 0x92;
    public static final int F32_SUB = 0x93;
    public static final int F32_MUL = 0x94;
    public static final int F32_DIV = 0x95;
    public static final int F32_MIN = 0x96;
    public static final int F32_MAX = 0x97;
    public static final int F32_COPYSIGN = 0x98;
    public static final int F64_ABS = 0x99;
    public static final int F64_NEG = 0x9A;
    public static final int F64_CEIL = 0x9B;
    public static final int F64_FLOOR = 0x9C;
    public static final int F64_TRUNC = 0x9D;
    public static final int F64_NEAREST = 0x9E;
    public static final int F64_SQRT = 0x9F;
    public static final int F64_ADD = 0xA0;
    public static final int F64_SUB = 0xA1;
    public static final int F64_MUL = 0xA2;
    public static final int F64_DIV = 0xA3;
    public static final int F64_MIN = 0xA4;
    public static final int F64_MAX = 0xA5;
    public static final int F64_COPYSIGN = 0xA6;
    public static final int I32_WRAP_I64 = 0xA7;
    public static final int I32_TRUNC_F32_S = 0xA8;
    public static final int I32_TRUNC_F32_U = 0xA9;
    public static final int I32_TRUNC_F64_S = 0xAA;
    public static final int I32_TRUNC_F64_U = 0xAB;
    public static final int I64_EXTEND_I32_S = 0xAC;
    public static final int I64_EXTEND_I32_U = 0xAD;
    public static final int I64_TRUNC_F32_S = 0xAE;
    public static final int I64_TRUNC_F32_U = 0xAF;
    public static final int I64_TRUNC_F64_S = 0xB0;
    public static final int I64_TRUNC_F64_U = 0xB1;
    public static final int F32_CONVERT_I32_S = 0xB2;
    public static final int F32_CONVERT_I32_U = 0xB3;
    public static final int F32_CONVERT_I64_S = 0xB4;
    public static final int F32_CONVERT_I64_U = 0xB5;
    public static final int F32_DEMOTE_F64 = 0xB6;
    public static final int F64_CONVERT_I32_S = 0xB7;
    public static final int F64_CONVERT_I32_U = 0xB8;
    public static final int F64_CONVERT_I64_S = 0xB9;
    public static final int F64_CONVERT_I64_U = 0xBA;
    public static final int F64_PROMOTE_F32 = 0xBB;
    public static final int I32_REINTERPRET_F32 = 0xBC;
    public static final int I64_REINTERPRET_F64 = 0xBD;
    public static final int F32_REINTERPRET_I32 = 0xBE;
    public static final int F64_REINTERPRET_I64 = 0xBF;
    public static final int I32_EXTEND8_S = 0xC0;
    public static final int I32_EXTEND16_S = 0xC1;
    public static final int I64_EXTEND8_S = 0xC2;
    public static final int I64_EXTEND16_S = 0xC3;
    public static final int I64_EXTEND32_S = 0xC4;
    public static final int REF_NULL = 0xD0;
    public static final int REF_IS_NULL = 0xD1;
    public static final int REF_FUNC = 0xD2;

    // Saturating conversions, bulk memory and tables: prefix 0xFC.
    public static final int I32_TRUNC_SAT_F32_S = 0xFC00;
    public static final int I32_TRUNC_SAT_F32_U = 0xFC01;
    public static final int I32_TRUNC_SAT_F64_S = 0xFC02;
    public static final int I32_TRUNC_SAT_F64_U = 0xFC03;
    public static final int I64_TRUNC_SAT_F32_S = 0xFC04;
    public static final int I64_TRUNC_SAT_F32_U = 0xFC05;
    public static final int I64_TRUNC_SAT_F64_S = 0xFC06;
    public static final int I64_TRUNC_SAT_F64_U = 0xFC07;
    public static final int MEMORY_INIT = 0xFC08;
    public static final int DATA_DROP = 0xFC09;
    public static final int MEMORY_COPY = 0xFC0A;
    public static final int MEMORY_FILL = 0xFC0B;
    public static final int TABLE_INIT = 0xFC0C;
    public static final int ELEM_DROP = 0xFC0D;
    public static final int TABLE_COPY = 0xFC0E;
    public static final int TABLE_GROW = 0xFC0F;
    public static final int TABLE_SIZE = 0xFC10;
    public static final int TABLE_FILL = 0xFC11;

    // 128-bit vectors: prefix 0xFD.
    public static final int V128_LOAD = 0xFD00;
    public static final int V128_LOAD8X8_S = 0xFD01;
    public static final int V128_LOAD8X8_U = 0xFD02;
    public static final int V128_LOAD16X4_S = 0xFD03;
    public static final int V128_LOAD16X4_U = 0xFD04;
    public static final int V128_LOAD32X2_S = 0xFD05;
    public static final int V128_LOAD32X2_U = 0xFD06;
    public static final int V128_LOAD8_SPLAT = 0xFD07;
    public static final int V128_LOAD16_SPLAT = 0xFD08;
    public static final int V128_LOAD32_SPLAT = 0xFD09;
    public static final int V128_LOAD64_SPLAT = 0xFD0A;
    public static final int V128_STORE = 0xFD0B;
    public static final int V128_CONST = 0xFD0C;
    public static final int I8X16_SHUFFLE = 0xFD0D;
    public static final int I8X16_SWIZZLE = 0xFD0E;
    public static final int I8X16_SPLAT = 0xFD0F;
    public static final int I16X8_SPLAT = 0xFD10;
    public static final int I32X4_SPLAT = 0xFD11;
    public static final int I64X2_SPLAT = 0xFD12;
    public static final int F32X4_SPLAT = 0xFD13;
    public static final int F64X2_SPLAT = 0xFD14;
    public static final int I8X16_EXTRACT_LANE_S = 0xFD15;
    public static final int I8X16_EXTRACT_LANE_U = 0xFD16;
    public static final int I8X16_REPLACE_LANE = 0xFD17;
    public static final int I16X8_EXTRACT_LANE_S = 0xFD18;
    public static final int I16X8_EXTRACT_LANE_U = 0xFD19;
    public static final int I16X8_REPLACE_LANE = 0xFD1A;
    public static final int I32X4_EXTRACT_LANE = 0xFD1B;
    public static final int I32X4_REPLACE_LANE = 0xFD1C;
    public static final int I64X2_EXTRACT_LANE = 0xFD1D;
    public static final int I64X2_REPLACE_LANE = 0xFD1E;
    public static final int F32X4_EXTRACT_LANE = 0xFD1F;
    public static final int F32X4_REPLACE_LANE = 0xFD20;
    public static final int F64X2_EXTRACT_LANE = 0xFD21;
    public static final int F64X2_REPLACE_LANE = 0xFD22;
    public static final int I8X16_EQ = 0xFD23;
    public static final int I8X16_NE = 0xFD24;
    public static final int I8X16_LT_S = 0xFD25;
    public static final int I8X16_LT_U = 0xFD26;
    public static final int I8X16_GT_S = 0xFD27;
    public static final int I8X16_GT_U = 0xFD28;
    public static final int I8X16_LE_S = 0xFD29;
    public static final int I8X16_LE_U = 0xFD2A;
    public static final int I8X16_GE_S = 0xFD2B;
    public static final int I8X16_GE_U = 0xFD2C;
    public static final int I16X8_EQ = 0xFD2D;
    public static final int I16X8_NE = 0xFD2E;
    public static final int I16X8_LT_S = 0xFD2F;
    public static final int I16X8_LT_U = 0xFD30;
    public static final int I16X8_GT_S = 0xFD31;
    public static final int I16X8_GT_U = 0xFD32;
    public static final int I16X8_LE_S = 0xFD33;
    public static final int I16X8_LE_U = 0xFD34;
    public static final int I16X8_GE_S = 0xFD35;
    public static final int I16X8_GE_U = 0xFD36;
    public static final int I32X4_EQ = 0xFD37;
    public static final int I32X4_NE = 0xFD38;
    public static final int I32X4_LT_S = 0xFD39;
    public static final int I32X4_LT_U = 0xFD3A;
    public static final int I32X4_GT_S = 0xFD3B;
    public static final int I32X4_GT_U = 0xFD3C;
    public static final int I32X4_LE_S = 0xFD3D;
    public static final int I32X4_LE_U = 0xFD3E;
    public static final int I32X4_GE_S = 0xFD3F;
    public static final int I32X4_GE_U = 0xFD40;
    public static final int F32X4_EQ = 0xFD41;
    public static final int F32X4_NE = 0xFD42;
    public static final int F32X4_LT = 0xFD43;
    public static final int F32X4_GT = 0xFD44;
    public static final int F32X4_LE = 0xFD45;
    public static final int F32X4_GE = 0xFD46;
    public static final int F64X2_EQ = 0xFD47;
    public static final int F64X2_NE = 0xFD48;
    public static final int F64X2_LT = 0xFD49;
    public static final int F64X2_GT = 0xFD4A;
    public static final int F64X2_LE = 0xFD4B;
    public static final int F64X2_GE = 0xFD4C;
    public static final int V128_NOT = 0xFD4D;
    public static final int V128_AND = 0xFD4E;
    public static final int V128_ANDNOT = 0xFD4F;
    public static final int V128_OR = 0xFD50;
    public static final int V128_XOR = 0xFD51;
    public static final int V128_BITSELECT = 0xFD52;
    public static final int V128_ANY_TRUE = 0xFD53;
    public static final int V128_LOAD8_LANE = 0xFD54;
    public static final int V128_LOAD16_LANE = 0xFD55;
    public static final int V128_LOAD32_LANE = 0xFD56;
    public static final int V128_LOAD64_LANE = 0xFD57;
    public static final int V128_STORE8_LANE = 0xFD58;
    public static final int V128_STORE16_LANE = 0xFD59;
    public static final int V128_STORE32_LANE = 0xFD5A;
    public static final int V128_STORE64_LANE = 0xFD5B;
    public static final int V128_LOAD32_ZERO = 0xFD5C;
    public static final int V128_LOAD64_ZERO = 0xFD5D;
    public static final int F32X4_DEMOTE_F64X2_ZERO = 0xFD5E;
    public static final int F64X2_PROMOTE_LOW_F32X4 = 0xFD5F;
    public static final int I8X16_ABS = 0xFD60;
    public static final int I8X16_NEG = 0xFD61;
    public static final int I8X16_POPCNT = 0xFD62;
    public static final int I8X16_ALL_TRUE = 0xFD63;
    public static final int I8X16_BITMASK = 0xFD64;
    public static final int I8X16_NARROW_I16X8_S = 0xFD65;
    public static final int I8X16_NARROW_I16X8_U = 0xFD66;
    public static final int F32X4_CEIL = 0xFD67;
    public static final int F32X4_FLOOR = 0xFD68;
    public static final int F32X4_TRUNC = 0xFD69;
    public static final int F32X4_NEAREST = 0xFD6A;
    public static final int I8X16_SHL = 0xFD6B;
    public static final int I8X16_SHR_S = 0xFD6C;
    public static final int I8X16_SHR_U = 0xFD6D;
    public static final int I8X16_ADD = 0xFD6E;
    public static final int I8X16_ADD_SAT_S = 0xFD6F;
    public static final int I8X16_ADD_SAT_U = 0xFD70;
    public static final int I8X16_SUB = 0xFD71;
    public static final int I8X16_SUB_SAT_S = 0xFD72;
    public static final int I8X16_SUB_SAT_U = 0xFD73;
    public static final int F64X2_CEIL = 0xFD74;
    public static final int F64X2_FLOOR = 0xFD75;
    public static final int I8X16_MIN_S = 0xFD76;
    public static final int I8X16_MIN_U = 0xFD77;
    public static final int I8X16_MAX_S = 0xFD78;
    public static final int I8X16_MAX_U = 0xFD79;
    public static final int F64X2_TRUNC = 0xFD7A;
    public static final int I8X16_AVGR_U = 0xFD7B;
    public static final int I16X8_EXTADD_PAIRWISE_I8X16_S = 0xFD7C;
    public static final int I16X8_EXTADD_PAIRWISE_I8X16_U = 0xFD7D;
    public static final int I32X4_EXTADD_PAIRWISE_I16X8_S = 0xFD7E;
    public static final int I32X4_EXTADD_PAIRWISE_I16X8_U = 0xFD7F;
    public static final int I16X8_ABS = 0xFD80;
    public static final int I16X8_NEG = 0xFD81;
    public static final int I16X8_Q15MULR_SAT_S = 0xFD82;
    public static final int I16X8_ALL_TRUE = 0xFD83;
    public static final int I16X8_BITMASK = 0xFD84;
    public static final int I16X8_NARROW_I32X4_S = 0xFD85;
    public static final int I16X8_NARROW_I32X4_U = 0xFD86;
    public static final int I16X8_EXTEND_LOW_I8X16_S = 0xFD87;
    public static final int I16X8_EXTEND_HIGH_I8X16_S = 0xFD88;
    public static final int I16X8_EXTEND_LOW_I8X16_U = 0xFD89;
    public static final int I16X8_EXTEND_HIGH_I8X16_U = 0xFD8A;
    public static final int I16X8_SHL = 0xFD8B;
    public static final int I16X8_SHR_S = 0xFD8C;
    public static final int I16X8_SHR_U = 0xFD8D;
    public static final int I16X8_ADD = 0xFD8E;
    public static final int I16X8_ADD_SAT_S = 0xFD8F;
    public static final int I16X8_ADD_SAT_U = 0xFD90;
    public static final int I16X8_SUB = 0xFD91;
    public static final int I16X8_SUB_SAT_S = 0xFD92;
    public static final int I16X8_SUB_SAT_U = 0xFD93;
    public static final int F64X2_NEAREST = 0xFD94;
    public static final int I16X8_MUL = 0xFD95;
    public static final int I16X8_MIN_S = 0xFD96;
    public static final int I16X8_MIN_U = 0xFD97;
    public static final int I16X8_MAX_S = 0xFD98;
    public static final int I16X8_MAX_U = 0xFD99;
    public static final int I16X8_AVGR_U = 0xFD9B;
    public static final int I16X8_EXTMUL_LOW_I8X16_S = 0xFD9C;
    public static final int I16X8_EXTMUL_HIGH_I8X16_S = 0xFD9D;
    public static final int I16X8_EXTMUL_LOW_I8X16_U = 0xFD9E;
    public static final int I16X8_EXTMUL_HIGH_I8X16_U = 0xFD9F;
    public static final int I32X4_ABS = 0xFDA0;
    public static final int I32X4_NEG = 0xFDA1;
    public static final int I32X4_ALL_TRUE = 0xFDA3;
    public static final int I32X4_BITMASK = 0xFDA4;
    public static final int I32X4_EXTEND_LOW_I16X8_S = 0xFDA7;
    public static final int I32X4_EXTEND_HIGH_I16X8_S = 0xFDA8;
    public static final int I32X4_EXTEND_LOW_I16X8_U = 0xFDA9;
    public static final int I32X4_EXTEND_HIGH_I16X8_U = 0xFDAA;
    public static final int I32X4_SHL = 0xFDAB;
    public static final int I32X4_SHR_S = 0xFDAC;
    public static final int I32X4_SHR_U = 0xFDAD;
    public static final int I32X4_ADD = 0xFDAE;
    public static final int I32X4_SUB = 0xFDB1;
    public static final int I32X4_MUL = 0xFDB5;
    public static final int I32X4_MIN_S = 0xFDB6;
    public static final int I32X4_MIN_U = 0xFDB7;
    public static final int I32X4_MAX_S = 0xFDB8;
    public static final int I32X4_MAX_U = 0xFDB9;
    public static final int I32X4_DOT_I16X8_S = 0xFDBA;
    public static final int I32X4_EXTMUL_LOW_I16X8_S = 0xFDBC;
    public static final int I32X4_EXTMUL_HIGH_I16X8_S = 0xFDBD;
    public static final int I32X4_EXTMUL_LOW_I16X8_U = 0xFDBE;
    public static final int I32X4_EXTMUL_HIGH_I16X8_U = 0xFDBF;
    public static final int I64X2_ABS = 0xFDC0;
    public static final int I64X2_NEG = 0xFDC1;
    public static final int I64X2_ALL_TRUE = 0xFDC3;
    public static final int I64X2_BITMASK = 0xFDC4;
    public static final int I64X2_EXTEND_LOW_I32X4_S = 0xFDC7;
    public static final int I64X2_EXTEND_HIGH_I32X4_S = 0xFDC8;
    public static final int I64X2_EXTEND_LOW_I32X4_U = 0xFDC9;
    public static final int I64X2_EXTEND_HIGH_I32X4_U = 0xFDCA;
    public static final int I64X2_SHL = 0xFDCB;
    public static final int I64X2_SHR_S = 0xFDCC;
    public static final int I64X2_SHR_U = 0xFDCD;
    public static final int I64X2_ADD = 0xFDCE;
    public static final int I64X2_SUB = 0xFDD1;
    public static final int I64X2_MUL = 0xFDD5;
    public static final int I64X2_EQ = 0xFDD6;
    public static final int I64X2_NE = 0xFDD7;
    public static final int I64X2_LT_S = 0xFDD8;
    public static final int I64X2_GT_S = 0xFDD9;
    public static final int I64X2_LE_S = 0xFDDA;
    public static final int I64X2_GE_S = 0xFDDB;
    public static final int I64X2_EXTMUL_LOW_I32X4_S = 0xFDDC;
    public static final int I64X2_EXTMUL_HIGH_I32X4_S = 0xFDDD;
    public static final int I64X2_EXTMUL_LOW_I32X4_U = 0xFDDE;
    public static final int I64X2_EXTMUL_HIGH_I32X4_U = 0xFDDF;
    public static final int F32X4_ABS = 0xFDE0;
    public static final int F32X4_NEG = 0xFDE1;
    public static final int F32X4_SQRT = 0xFDE3;
    public static final int F32X4_ADD = 0xFDE4;
    public static final int F32X4_SUB = 0xFDE5;
    public static final int F32X4_MUL = 0xFDE6;
    public static final int F32X4_DIV = 0xFDE7;
    public static final int F32X4_MIN = 0xFDE8;
    public static final int F32X4_MAX = 0xFDE9;
    public static final int F32X4_PMIN = 0xFDEA;
    public static final int F32X4_PMAX = 0xFDEB;
    public static final int F64X2_ABS = 0xFDEC;
    public static final int F64X2_NEG = 0xFDED;
    public static final int F64X2_SQRT = 0xFDEF;
    public static final int F64X2_ADD = 0xFDF0;
    public static final int F64X2_SUB = 0xFDF1;
    public static final int F64X2_MUL = 0xFDF2;
    public static final int F64X2_DIV = 0xFDF3;
    public static final int F64X2_MIN = 0xFDF4;
    public static final int F64X2_MAX = 0xFDF5;
    public static final int F64X2_PMIN = 0xFDF6;
    public static final int F64X2_PMAX = 0xFDF7;
    public static final int I32X4_TRUNC_SAT_F32X4_S = 0xFDF8;
    public static final int I32X4_TRUNC_SAT_F32X4_U = 0xFDF9;
    public static final int F32X4_CONVERT_I32X4_S = 0xFDFA;
    public static final int F32X4_CONVERT_I32X4_U = 0xFDFB;
    public static final int I32X4_TRUNC_SAT_F64X2_S_ZERO = 0xFDFC;
    public static final int I32X4_TRUNC_SAT_F64X2_U_ZERO = 0xFDFD;
    public static final int F64X2_CONVERT_LOW_I32X4_S = 0xFDFE;
    public static final int F64X2_CONVERT_LOW_I32X4_U = 0xFDFF;

    private static final String[] NO_NAMES = {};

    private static final String[] CORE_NAMES = """
            unreachable nop block loop if else - - - - - end br br_if br_table return call call_indirect
            return_call return_call_indirect - - - - - - drop select select - - - local.get local.set local.tee
            global.get global.set table.get table.set - i32.load i64.load f32.load f64.load i32.load8_s
            i32.load8_u i32.load16_s i32.load16_u i64.load8_s i64.load8_u i64.load16_s i64.load16_u i64.load32_s
            i64.load32_u i32.store i64.store f32.store f64.store i32.store8 i32.store16 i64.store8 i64.store16
            i64.store32 memory.size memory.grow i32.const i64.const f32.const f64.const i32.eqz i32.eq i32.ne
            i32.lt_s i32.lt_u i32.gt_s i32.gt_u i32.le_s i32.le_u i32.ge_s i32.ge_u i64.eqz i64.eq i64.ne
            i64.lt_s i64.lt_u i64.gt_s i64.gt_u i64.le_s i64.le_u i64.ge_s i64.ge_u f32.eq f32.ne f32.lt f32.gt
            f32.le f32.ge f64.eq f64.ne f64.lt f64.gt f64.le f64.ge i32.clz i32.ctz i32.popcnt i32.add i32.sub
            i32.mul i32.div_s i32.div_u i32.rem_s i32.rem_u i32.and i32.or i32.xor i32.shl i32.shr_s i32.shr_u
            i32.rotl i32.rotr i64.clz i64.ctz i64.popcnt i64.add i64.sub i64.mul i64.div_s i64.div_u i64.rem_s
            i64.rem_u i64.and i64.or i64.xor i64.shl i64.shr_s i64.shr_u i64.rotl i64.rotr f32.abs f32.neg
            f32.ceil f32.floor f32.trunc f32.nearest f32.sqrt f32.add f32.sub f32.mul f32.div f32.min f32.max
            f32.copysign f64.abs f64.neg f64.ceil f64.floor f64.trunc f64.nearest f64.sqrt f64.add f64.sub
            f64.mul f64.div f64.min f64.max f64.copysign i32.wrap_i64 i32.trunc_f32_s i32.trunc_f32_u
            i32.trunc_f64_s i32.trunc_f64_u i64.extend_i32_s i64.extend_i32_u i64.trunc_f32_s i64.trunc_f32_u
            i64.trunc_f64_s i64.trunc_f64_u f32.convert_i32_s f32.convert_i32_u f32.convert_i64_s
            f32.convert_i64_u f32.demote_f64 f64.convert_i32_s f64.convert_i32_u f64.convert_i64_s
            f64.convert_i64_u f64.promote_f32 i32.reinterpret_f32 i64.reinterpret_f64 f32.reinterpret_i32
            f64.reinterpret_i64 i32.extend8_s i32.extend16_s i64.extend8_s i64.extend16_s i64.extend32_s - - - -
            - - - - - - - ref.null ref.is_null ref.func
            """.strip().split("\\s+");

    private static final String[] MISC_NAMES = """
            i32.trunc_sat_f32_s i32.trunc_sat_f32_u i32.trunc_sat_f64_s i32.trunc_sat_f64_u i64.trunc_sat_f32_s
            i64.trunc_sat_f32_u i64.trunc_sat_f64_s i64.trunc_sat_f64_u memory.init data.drop memory.copy
            memory.fill table.init elem.drop table.copy table.grow table.size table.fill
            """.strip().split("\\s+");

    private static final String[] VECTOR_NAMES = """
            v128.load v128.load8x8_s v128.load8x8_u v128.load16x4_s v128.load16x4_u v128.load32x2_s
            v128.load32x2_u v128.load8_splat v128.load16_splat v128.load32_splat v128.load64_splat v128.store
            v128.const i8x16.shuffle i8x16.swizzle i8x16.splat i16x8.splat i32x4.splat i64x2.splat f32x4.splat
            f64x2.splat i8x16.extract_lane_s i8x16.extract_lane_u i8x16.replace_lane i16x8.extract_lane_s
            i16x8.extract_lane_u i16x8.replace_lane i32x4.extract_lane i32x4.replace_lane i64x2.extract_lane
            i64x2.replace_lane f32x4.extract_lane f32x4.replace_lane f64x2.extract_lane f64x2.replace_lane
            i8x16.eq i8x16.ne i8x16.lt_s i8x16.lt_u i8x16.gt_s i8x16.gt_u i8x16.le_s i8x16.le_u i8x16.ge_s
            i8x16.ge_u i16x8.eq i16x8.ne i16x8.lt_s i16x8.lt_u i16x8.gt_s i16x8.gt_u i16x8.le_s i16x8.le_u
            i16x8.ge_s i16x8.ge_u i32x4.eq i32x4.ne i32x4.lt_s i32x4.lt_u i32x4.gt_s i32x4.gt_u i32x4.le_s
            i32x4.le_u i32x4.ge_s i32x4.ge_u f32x4.eq f32x4.ne f32x4.lt f32x4.gt f32x4.le f32x4.ge f64x2.eq
            f64x2.ne f64x2.lt f64x2.gt f64x2.le f64x2.ge v128.not v128.and v128.andnot v128.or v128.xor
            v128.bitselect v128.any_true v128.load8_lane v128.load16_lane v128.load32_lane v128.load64_lane
            v128.store8_lane v128.store16_lane v128.store32_lane v128.store64_lane v128.load32_zero
            v128.load64_zero f32x4.demote_f64x2_zero f64x2.promote_low_f32x4 i8x16.abs i8x16.neg i8x16.popcnt
            i8x16.all_true i8x16.bitmask i8x16.narrow_i16x8_s i8x16.narrow_i16x8_u f32x4.ceil f32x4.floor
            f32x4.trunc f32x4.nearest i8x16.shl i8x16.shr_s i8x16.shr_u i8x16.add i8x16.add_sat_s
            i8x16.add_sat_u i8x16.sub i8x16.sub_sat_s i8x16.sub_sat_u f64x2.ceil f64x2.floor i8x16.min_s
            i8x16.min_u i8x16.max_s i8x16.max_u f64x2.trunc i8x16.avgr_u i16x8.extadd_pairwise_i8x16_s
            i16x8.extadd_pairwise_i8x16_u i32x4.extadd_pairwise_i16x8_s i32x4.extadd_pairwise_i16x8_u i16x8.abs
            i16x8.neg i16x8.q15mulr_sat_s i16x8.all_true i16x8.bitmask i16x8.narrow_i32x4_s i16x8.narrow_i32x4_u
            i16x8.extend_low_i8x16_s i16x8.extend_high_i8x16_s i16x8.extend_low_i8x16_u
            i16x8.extend_high_i8x16_u i16x8.shl i16x8.shr_s i16x8.shr_u i16x8.add i16x8.add_sat_s
            i16x8.add_sat_u i16x8.sub i16x8.sub_sat_s i16x8.sub_sat_u f64x2.nearest i16x8.mul i16x8.min_s
            i16x8.min_u i16x8.max_s i16x8.max_u - i16x8.avgr_u i16x8.extmul_low_i8x16_s
            i16x8.extmul_high_i8x16_s i16x8.extmul_low_i8x16_u i16x8.extmul_high_i8x16_u i32x4.abs i32x4.neg -
            i32x4.all_true i32x4.bitmask - - i32x4.extend_low_i16x8_s i32x4.extend_high_i16x8_s
            i32x4.extend_low_i16x8_u i32x4.extend_high_i16x8_u i32x4.shl i32x4.shr_s i32x4.shr_u i32x4.add - -
            i32x4.sub - - - i32x4.mul i32x4.min_s i32x4.min_u i32x4.max_s i32x4.max_u i32x4.dot_i16x8_s -
            i32x4.extmul_low_i16x8_s i32x4.extmul_high_i16x8_s i32x4.extmul_low_i16x8_u
            i32x4.extmul_high_i16x8_u i64x2.abs i64x2.neg - i64x2.all_true i64x2.bitmask - -
            i64x2.extend_low_i32x4_s i64x2.extend_high_i32x4_s i64x2.extend_low_i32x4_u
            i64x2.extend_high_i32x4_u i64x2.shl i64x2.shr_s i64x2.shr_u i64x2.add - - i64x2.sub - - - i64x2.mul
            i64x2.eq i64x2.ne i64x2.lt_s i64x2.gt_s i64x2.le_s i64x2.ge_s i64x2.extmul_low_i32x4_s
            i64x2.extmul_high_i32x4_s i64x2.extmul_low_i32x4_u i64x2.extmul_high_i32x4_u f32x4.abs f32x4.neg -
            f32x4.sqrt f32x4.add f32x4.sub f32x4.mul f32x4.div f32x4.min f32x4.max f32x4.pmin f32x4.pmax
            f64x2.abs f64x2.neg - f64x2.sqrt f64x2.add f64x2.sub f64x2.mul f64x2.div f64x2.min f64x2.max
            f64x2.pmin f64x2.pmax i32x4.trunc_sat_f32x4_s i32x4.trunc_sat_f32x4_u f32x4.convert_i32x4_s
            f32x4.convert_i32x4_u i32x4.trunc_sat_f64x2_s_zero i32x4.trunc_sat_f64x2_u_zero
            f64x2.convert_low_i32x4_s f64x2.convert_low_i32x4_u
            """.strip().split("\\s+");

    private Opcode() {}

    /// {@return whether there is such an instruction}
    public static boolean exists(int opcode) {
        String[] names = names(opcode);
        int number = opcode & 0xFF;
        return number < names.length && !names[number].equals("-");
    }

    /// {@return the text format's name of an instruction, or its code when there is no such instruction}
    public static String name(int opcode) {
        return exists(opcode) ? names(opcode)[opcode & 0xFF] : hex(opcode);
    }

    /// {@return the bytes of an instruction in hexadecimal}
    public static String hex(int opcode) {
        return opcode <= 0xFF ? "%02x".formatted(opcode) : "%02x %02x".formatted(opcode >>> 8, opcode & 0xFF);
    }

    private static String[] names(int opcode) {
        return switch (opcode >>> 8) {
            case 0 -> CORE_NAMES;
            case 0xFC -> MISC_NAMES;
            case 0xFD -> VECTOR_NAMES;
            default -> NO_NAMES;
        };
    }
}
