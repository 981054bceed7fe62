namespace Im.Tests.Attack;

/// <summary>Bytes as they are not meant to be: changed, cut out, repeated, put in from elsewhere.</summary>
internal static class Mutation
{
    public const int Kinds = 7;

    /// <param name="places">Three of them, not negative.</param>
    /// <param name="values">One at least.</param>
    /// <param name="kind">0 to <see cref="Kinds"/> - 1.</param>
    public static byte[] Of(byte[] seed, byte[] other, int[] places, byte[] values, int kind)
    {
        var (from, to, take) = (places[0] % (seed.Length + 1), places[1] % (seed.Length + 1), places[2] % (other.Length + 1));
        if (from > to)
            (from, to) = (to, from);
        switch (kind)
        {
            case 0:
                return values;
            case 1:
                return seed[..from];
            case 2:
                return [.. seed[..from], .. seed[to..]];
            case 3:
                return [.. seed[..to], .. seed[from..]];
            case 4:
                return [.. seed[..from], .. values, .. seed[from..]];
            case 5:
                return [.. seed[..from], .. other[take..]];
            default:
                var changed = (byte[])seed.Clone();
                foreach (var value in values)
                    changed[(from + (value * 7)) % changed.Length] = value;
                return changed;
        }
    }
}
