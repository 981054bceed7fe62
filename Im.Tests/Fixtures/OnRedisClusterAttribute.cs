using System.ComponentModel;
using Xunit.Abstractions;
using Xunit.Sdk;

[assembly: TestFramework("Im.Tests.Fixtures.ImTestFramework", "Im.Tests")]

namespace Im.Tests.Fixtures;

/// <summary>All tests of the class run on a Redis Cluster: where no server for one can be had, each is counted as skipped, and says why (see <see cref="RedisProgram"/>).</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class OnRedisClusterAttribute : Attribute;

/// <summary>xunit's own, which skips what cannot run here. A suite that a class inherits has no attribute in which that could be said.</summary>
public sealed class ImTestFramework(IMessageSink messages) : XunitTestFramework(messages)
{
    protected override ITestFrameworkDiscoverer CreateDiscoverer(IAssemblyInfo assemblyInfo) => new Discoverer(assemblyInfo, SourceInformationProvider, DiagnosticMessageSink);

    private sealed class Discoverer(IAssemblyInfo assembly, ISourceInformationProvider sources, IMessageSink diagnostics) : XunitTestFrameworkDiscoverer(assembly, sources, diagnostics)
    {
        protected override bool FindTestsForMethod(ITestMethod testMethod, bool includeSourceInformation, IMessageBus messageBus, ITestFrameworkDiscoveryOptions discoveryOptions) =>
            testMethod.TestClass.Class.GetCustomAttributes(typeof(OnRedisClusterAttribute)).Any() && RedisProgram.Missing is { } missing && testMethod.Method.GetCustomAttributes(typeof(FactAttribute)).Any()
                ? ReportDiscoveredTestCase(new SkippedTestCase(DiagnosticMessageSink, testMethod, missing), includeSourceInformation, messageBus)
                : base.FindTestsForMethod(testMethod, includeSourceInformation, messageBus, discoveryOptions);
    }
}

internal sealed class SkippedTestCase : XunitTestCase
{
    private string _reason = "";

    [EditorBrowsable(EditorBrowsableState.Never), Obsolete("For the runner, which reads it back.")]
    public SkippedTestCase()
    {
    }

    public SkippedTestCase(IMessageSink messages, ITestMethod method, string reason) : base(messages, TestMethodDisplay.ClassAndMethod, TestMethodDisplayOptions.None, method) => _reason = reason;

    protected override string GetSkipReason(IAttributeInfo factAttribute) => _reason;

    public override void Serialize(IXunitSerializationInfo data)
    {
        base.Serialize(data);
        data.AddValue(nameof(_reason), _reason);
    }

    public override void Deserialize(IXunitSerializationInfo data)
    {
        _reason = data.GetValue<string>(nameof(_reason));
        base.Deserialize(data);
    }
}
