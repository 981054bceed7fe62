namespace Aspire.Hosting.ApplicationModel;

/// <summary>How many copies of a project run.</summary>
public sealed class ReplicaAnnotation(int replicas = 1) : IResourceAnnotation
{
    public int Replicas => replicas;
}
