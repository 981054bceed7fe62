using System.Globalization;
using System.Reflection;
using Xunit.Sdk;

namespace Im.Tests.Faults;

/// <summary>One seed; three with IM_FAULT_SEED=all; or the one it names, to see it again.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FaultSeedsAttribute : DataAttribute
{
    public const string Variable = "IM_FAULT_SEED";

    private const string All = "all";

    public static int? Chosen => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } seed and not All ? int.Parse(seed, CultureInfo.InvariantCulture) : null;

    public override IEnumerable<object[]> GetData(MethodInfo testMethod) => Chosen is { } seed ? [[seed]]
        : Environment.GetEnvironmentVariable(Variable) is All ? [[1], [2], [3]]
        : [[1]];
}
