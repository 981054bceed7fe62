namespace Im.Bench.Measurement;

/// <summary>The same figure of several rounds.</summary>
internal sealed class Series(params IEnumerable<double> values)
{
    private readonly List<double> _values = [.. values];

    public void Add(double value) => _values.Add(value);

    public bool IsEmpty => _values.Count == 0;

    public double Min => _values.Min();

    public double Max => _values.Max();

    public double Median
    {
        get
        {
            var sorted = _values.Order().ToArray();
            return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
        }
    }
}
