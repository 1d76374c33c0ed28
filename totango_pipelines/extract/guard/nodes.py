"""What a checked query may be made of: names of sqlglot's classes, and nothing else.

Closed on purpose: what a newer sqlglot learns to parse is refused until somebody has looked at it.
"""

NODES = frozenset(
    """
    Add Adjacent Alias Aliases All Any AtTimeZone Between BitString BitwiseAnd BitwiseLeftShift
    BitwiseNot BitwiseOr BitwiseRightShift BitwiseXor Boolean Bracket ByteString CTE
    CharacterSet Column ColumnDef Comprehension Connect Cube DPipe DataType DataTypeParam
    Distance Distinct Div Dot EQ Escape Except ExtendsLeft ExtendsRight Fetch Filter Final From
    FromTimeZone GT GTE Glob Group GroupingSets Having HavingMax Heredoc HexString ILike
    Identifier IgnoreNulls In IndexTableHint IntDiv Intersect Interval IntervalSpan Introducer
    Is JSON JSONColumnDef JSONExtractQuote JSONKeyValue JSONPath JSONPathFilter JSONPathKey
    JSONPathRecursive JSONPathRoot JSONPathSelector JSONPathSlice JSONPathSubscript
    JSONPathUnion JSONPathWildcard JSONSchema JSONValue Join Kwarg LT LTE Lambda Lateral Like
    Limit LimitOptions Literal Mod Mul NEQ National Neg Not Null NullSafeEQ NullSafeNEQ Offset
    OnCondition Order Ordered OverflowTruncateBehavior Overlaps Paren Pivot PivotAlias PivotAny
    PreWhere Prior PropertyEQ Pseudocolumn Qualify RawString RecursiveWithSearch RespectNulls
    Rollup Select SimilarTo Slice Star Sub Subquery Table TableAlias TableColumn TableSample
    TimeUnit Tuple UnicodeString Union UnpivotColumns Values Var Variadic Where Window
    WindowSpec With WithinGroup
    """.split()
)
"""Clauses, operators and literals of a query that only reads. Not among them: writes, locks, INTO,
hints, variables, session parameters, user-defined operators, stages and anything that sqlglot
keeps as a text (Command)."""

TYPED_FUNCTIONS = frozenset(
    """
    Abs Acos Acosh AddMonths And AnyValue ApproxDistinct ApproxPercentileAccumulate
    ApproxPercentileCombine ApproxPercentileEstimate ApproxQuantile ApproxQuantiles ApproxTopK
    ApproxTopKAccumulate ApproxTopKCombine ApproxTopKEstimate ApproxTopSum
    ApproximateSimilarity ArgMax ArgMin Array ArrayAgg ArrayAll ArrayAny ArrayAppend
    ArrayCompact ArrayConcat ArrayConcatAgg ArrayConstructCompact ArrayContainedBy
    ArrayContains ArrayContainsAll ArrayDistinct ArrayExcept ArrayFilter ArrayFirst ArrayInsert
    ArrayIntersect ArrayLast ArrayMax ArrayMin ArrayOverlaps ArrayPosition ArrayPrepend
    ArrayRemove ArrayRemoveAt ArrayReverse ArraySize ArraySlice ArraySort ArraySum
    ArrayToString ArrayUnionAgg ArrayUniqueAgg ArraysZip Ascii Asin Asinh Atan Atan2 Atanh Avg
    Base64DecodeBinary Base64DecodeString Base64Encode BitLength BitmapBitPosition
    BitmapBucketNumber BitmapConstructAgg BitmapCount BitmapOrAgg BitwiseAndAgg BitwiseCount
    BitwiseOrAgg BitwiseXorAgg Booland Boolnot Boolor BoolxorAgg ByteLength Case Cast
    CastToStrType Cbrt Ceil CheckJson Chr CityHash64 Coalesce CodePointsToBytes
    CodePointsToString Collate Collation Columns Compress Concat ConcatWs ConnectByRoot
    Contains Convert ConvertTimezone ConvertToCharset Corr Cos Cosh CosineDistance Cot Coth
    Count CountIf CovarPop CovarSamp Csc Csch CumeDist CurrentCatalog CurrentDatabase
    CurrentDate CurrentDatetime CurrentRole CurrentSchema CurrentTime CurrentTimestamp
    CurrentTimestampLTZ CurrentTimezone CurrentUser Date DateAdd DateBin DateDiff DateFromParts
    DateFromUnixDate DateStrToDate DateSub DateToDateStr DateToDi DateTrunc Datetime
    DatetimeAdd DatetimeDiff DatetimeSub DatetimeTrunc Day DayOfMonth DayOfWeek DayOfWeekIso
    DayOfYear Dayname Decode DecodeCase DecompressBinary DecompressString Degrees DenseRank
    DiToDate DotProduct Elt Encode EndsWith EqualNull EuclideanDistance Exists Exp Explode
    ExplodingGenerateSeries Extract Factorial FarmFingerprint First FirstValue Flatten Float64
    Floor Format FromBase FromBase32 FromBase64 FromISO8601Date FromISO8601Timestamp
    FromISO8601TimestampNanos FromJson GenerateDateArray GenerateSeries GenerateTimestampArray
    Generator GetExtract GetIgnoreCase Getbit Greatest GroupConcat Grouping GroupingId HashAgg
    Hex HexDecodeString Hll Hour If Initcap Inline Int64 IsArray IsAscii IsInf IsNan
    IsNullValue JSONArray JSONArrayAgg JSONArrayAppend JSONArrayContains JSONArrayInsert
    JSONBContains JSONBContainsAllTopKeys JSONBContainsAnyTopKeys JSONBContainsTopKey
    JSONBDeleteAtPath JSONBExists JSONBExtract JSONBExtractScalar JSONBObjectAgg
    JSONBPathExists JSONBool JSONCast JSONExists JSONExtract JSONExtractArray JSONExtractScalar
    JSONFormat JSONKeys JSONKeysAtDepth JSONObject JSONObjectAgg JSONRemove JSONSet
    JSONStripNulls JSONTable JSONType JSONValueArray JarowinklerSimilarity JustifyDays
    JustifyHours JustifyInterval Kurtosis Lag Last LastDay LastValue LaxBool LaxFloat64
    LaxInt64 LaxString Lead Least Left Length Levenshtein List Ln Localtime Localtimestamp Log
    LogicalAnd LogicalOr Lower LowerHex MD5 MD5Digest MD5NumberLower64 MD5NumberUpper64
    MakeInterval ManhattanDistance Map MapCat MapContainsKey MapDelete MapFromEntries MapInsert
    MapKeys MapPick MapSize MatchAgainst Max Median Min Minhash MinhashCombine Minute Mode
    Month Monthname MonthsBetween Nanvl Negative NextDay Normal Normalize NthValue Ntile Nullif
    NumberToStr Nvl2 ObjectAgg ObjectInsert ObjectTransform Or Overlay Pad ParseBignumeric
    ParseDatetime ParseIp ParseJSON ParseNumeric ParseTime ParseUrl PercentRank PercentileCont
    PercentileDisc Pi Posexplode PosexplodeOuter Pow PreviousDay Quantile Quarter Radians Rand
    Randn Randstr RangeBucket RangeN Rank Reduce RegexpCount RegexpExtract RegexpExtractAll
    RegexpFullMatch RegexpILike RegexpInstr RegexpLike RegexpReplace RegexpSplit RegexpSubstr
    RegrAvgx RegrAvgy RegrCount RegrIntercept RegrR2 RegrSlope RegrSxx RegrSxy RegrSyy RegrValx
    RegrValy Repeat Replace Reverse Right Rint Round RowNumber RtrimmedLength SHA SHA1Digest
    SHA2 SHA2Digest SafeAdd SafeConvertBytesToString SafeDivide SafeFunc SafeMultiply
    SafeNegate SafeSubtract Search SearchIp Sec Sech Second Seq1 Seq2 Seq4 Seq8 SessionUser
    Shuffle Sign Sin Sinh Skewness Soundex SoundexP123 Space Split SplitPart SplitToTable Sqrt
    StDistance StPoint Stack StandardHash StarMap StartsWith Stddev StddevPop StddevSamp
    StrPosition StrToDate StrToMap StrToTime StrToUnix String StringToArray StripNullValue
    Strtok StrtokSplitToTable StrtokToArray Struct StructExtract Stuff Substring SubstringIndex
    Sum Systimestamp Tan Tanh Time TimeAdd TimeDiff TimeFromParts TimeSlice TimeStrToDate
    TimeStrToTime TimeStrToUnix TimeSub TimeToStr TimeToTimeStr TimeToUnix TimeTrunc Timestamp
    TimestampAdd TimestampDiff TimestampFromParts TimestampLtzFromParts TimestampSub
    TimestampTrunc TimestampTzFromParts ToArray ToBase32 ToBase64 ToBinary ToBoolean ToChar
    ToCodePoints ToDays ToDecfloat ToDouble ToMap ToNumber ToVariant Transform Translate Trim
    Trunc Try TryBase64DecodeBinary TryBase64DecodeString TryCast TryHexDecodeBinary
    TryHexDecodeString TryToDecfloat TsOrDiToDi TsOrDsAdd TsOrDsDiff TsOrDsToDate
    TsOrDsToDateStr TsOrDsToDatetime TsOrDsToTime TsOrDsToTimestamp Typeof Unhex Unicode
    Uniform UnixDate UnixMicros UnixMillis UnixSeconds UnixToStr UnixToTime UnixToTimeStr
    Unnest Upper UtcDate UtcTime UtcTimestamp Uuid VarMap Variance VariancePop Week WeekOfYear
    WeekStart WeightString WidthBucket XMLElement Xor Year YearOfWeek YearOfWeekIso Zipf
    """.split()
)
"""Functions that sqlglot knows by a class of their own, without those that read files, write, move a
sequence, call a model or a script, en- or decrypt, tell about the session, or take a table's name
from a value. A function without a class goes by its name: functions.py."""
