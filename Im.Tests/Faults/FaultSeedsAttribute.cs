using System.Globalization;
using System.Reflection;
using Xunit.Sdk;

namespace Im.Tests.Faults;

/// <summary>Three seeds; or the one that IM_FAULT_SEED names, to see it again.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FaultSeedsAttribute : DataAttribute
{
    public const string Variable = "IM_FAULT_SEED";

    public static int? Chosen => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } seed ? int.Parse(seed, CultureInfo.InvariantCulture) : null;

    public override IEnumerable<object[]> GetData(MethodInfo testMethod) => Chosen is { } seed ? [[seed]] : [[1], [2], [3]];
}
