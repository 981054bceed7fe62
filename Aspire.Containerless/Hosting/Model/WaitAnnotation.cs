namespace Aspire.Hosting.ApplicationModel;

/// <summary>The resource starts only once another is so far.</summary>
public sealed class WaitAnnotation(IResource resource, WaitType waitType, int exitCode = 0) : IResourceAnnotation
{
    public IResource Resource => resource;
    public WaitType WaitType => waitType;

    /// <summary>The exit code <see cref="WaitType.WaitForCompletion" /> takes for success.</summary>
    public int ExitCode => exitCode;
}

/// <inheritdoc cref="WaitAnnotation" />
public enum WaitType
{
    WaitUntilHealthy = 0,
    WaitForCompletion = 1,
    WaitUntilStarted = 2,
}

/// <summary>What waiting for health does when the other resource cannot start.</summary>
public enum WaitBehavior
{
    /// <summary>Goes on waiting: a person may repair and restart it.</summary>
    WaitOnResourceUnavailable = 0,

    /// <summary>Gives up with an exception. The default where there is no dashboard to repair it from.</summary>
    StopOnResourceUnavailable = 1,
}
