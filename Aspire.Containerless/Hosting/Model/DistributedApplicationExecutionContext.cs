namespace Aspire.Hosting;

/// <summary>What the AppHost was started for. This library runs; it publishes nothing.</summary>
public sealed class DistributedApplicationExecutionContext
{
    internal static DistributedApplicationExecutionContext Run { get; } = new();

    public bool IsRunMode => true;

    public bool IsPublishMode => false;
}
